import type {SeqSource} from '../sync-run.ts';

const BLOCK_MAX = 65_536;

/** After this the store gives no number below `next`, which it may not know: it was restored, or another one gave it. */
export async function raiseCounter(
  store: Pick<SeqSource, 'reserveSeqs'>,
  series: 'entries' | 'commits',
  next: number,
): Promise<void> {
  const behind = next - (await store.reserveSeqs(series, 0));
  if (behind > 0) await store.reserveSeqs(series, behind);
}

/**
 * Gives out reserved numbers in ascending order. The first block is as large as the first request, so a small sync leaves
 * no gap. Each further block is twice as large, because every reservation waits for the disk of the index. Unused numbers
 * of a run are lost, which is harmless.
 */
export class SeqBlocks {
  readonly #reserve: (count: number) => Promise<number>;
  #next = 0;
  #left = 0;
  #blockSize = 0;

  /** `reserve` returns the first of `count` consecutive numbers. */
  constructor(reserve: (count: number) => Promise<number>) {
    this.#reserve = reserve;
  }

  async take(count: number): Promise<number[]> {
    const seqs = this.#takeHere(Math.min(count, this.#left));
    if (seqs.length === count) return seqs;
    const missing = count - seqs.length;
    this.#blockSize = Math.max(missing, Math.min(this.#blockSize * 2, BLOCK_MAX));
    this.#next = await this.#reserve(this.#blockSize);
    this.#left = this.#blockSize;
    return [...seqs, ...this.#takeHere(missing)];
  }

  #takeHere(count: number): number[] {
    const first = this.#next;
    this.#next += count;
    this.#left -= count;
    return Array.from({length: count}, (_, i) => first + i);
  }
}
