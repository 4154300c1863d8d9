import {CtrError} from '../../util/ctr-error.ts';
import type {Batch} from './batch.ts';
import type {Reservation} from './counters.ts';
import {StoreThread} from './store-thread.ts';
import {TAIL_LONG, TAIL_MAX} from './texts/trigrams/next-segment.ts';

/**
 * Stores large batches in a file while this thread continues: one thread writes; of many of them, another one makes the
 * segments of trigrams.
 */
export class WriterThreads {
  readonly #file: string;
  readonly #writer: StoreThread;
  #segmenter: StoreThread | undefined;
  #segments: Promise<void> = Promise.resolve();
  #isMakingSegments = false;

  constructor(file: string) {
    this.#file = file;
    this.#writer = new StoreThread(file);
  }

  /** True while something is to be written. */
  get isBusy(): boolean {
    return this.#writer.isBusy;
  }

  get hasEnded(): boolean {
    return this.#writer.hasEnded;
  }

  /** Like `putBatch`. Of several calls, the first comes first. */
  async put(batch: Batch): Promise<void> {
    const {isTailLong} = await this.#writer.put(batch);
    if (!isTailLong || this.#isMakingSegments) return;
    this.#segmenter ??= new StoreThread(this.#file);
    this.#segments = this.#makeSegments(this.#segmenter, TAIL_LONG);
  }

  async reserveSeqs(reservation: Reservation): Promise<number> {
    return this.#writer.reserveSeqs(reservation);
  }

  /** Resolves when everything is written that was to be written until now. */
  async settled(): Promise<void> {
    await this.#writer.settled();
  }

  /** Both have done what they were asked for, and ended. They must not be asked for more. */
  async end(): Promise<void> {
    await this.#writer.settled();
    await this.#segments;
    // The writer has nothing else to do now.
    if (!this.#writer.hasEnded) await this.#makeSegments(this.#writer, TAIL_MAX);
    await Promise.all([this.#writer.end(), this.#segmenter?.end()]);
  }

  /** Until none is due. What fails, or meets another process that changes the same, leaves a longer tail, of which the next push makes a segment. */
  async #makeSegments(maker: StoreThread, tailMax: number): Promise<void> {
    this.#isMakingSegments = true;
    try {
      for (let isStored = true; isStored; ) {
        const segment = await maker.nextSegment(tailMax);
        isStored = segment !== undefined && (await this.#writer.putSegment(segment));
      }
    } catch (error) {
      if (!(error instanceof CtrError)) throw error;
    } finally {
      this.#isMakingSegments = false;
    }
  }
}
