import {Bitmap, without} from '../../domain/bitmap.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import {SeqMap} from '../import/seq-map.ts';

/** What is kept of a document that is not beyond doubt. */
export interface Doubtful {
  readonly key: string;
  readonly id: string;
  readonly seq: number | undefined;
  readonly path?: string | undefined;
  readonly oid?: string | undefined;
  readonly defect: string | undefined;
}

const ID = /^[\w-]{27}$/;

/** The 20 bytes that a document id spells; undefined where it is none. */
export function idBytesOf(id: string): Buffer | undefined {
  return ID.test(id) ? Buffer.from(id, 'base64url') : undefined;
}

/**
 * Which document has which number, 20 bytes a document. A number is believed when one document alone has it (of
 * several: the only sound one) and something live shows it.
 */
export class Inventory implements Disposable {
  readonly #seqs = new SeqMap();
  /** Of a number that several documents have: the id of the one that is believed. */
  readonly #winners = new Map<number, string>();
  readonly #numbers = Bitmap.of();
  readonly #contested = Bitmap.of();
  #live = Bitmap.of();
  /** Documents that are not as their own record would be stored, by id. */
  readonly defective = new Map<string, Doubtful>();
  /** Documents that are sound, but whose number is not believed, by id. */
  readonly unbelieved = new Map<string, Doubtful>();
  count = 0;

  add(document: Doubtful): void {
    this.count++;
    if (document.defect !== undefined) this.defective.set(document.id || document.key, document);
    const bytes = idBytesOf(document.id);
    if (!bytes || document.seq === undefined) return;
    if (this.#numbers.has(document.seq)) this.#contested.add(document.seq);
    this.#numbers.add(document.seq);
    this.#seqs.set(bytes, document.seq);
  }

  /**
   * Only what is `live` is believed from now on. Doubtful numbers are looked at again: `readAgain` gives at least the
   * documents that have one of them. Takes `live` over.
   */
  async settle(live: Bitmap, readAgain: (seqs: Bitmap) => AsyncIterable<Doubtful[]>): Promise<void> {
    this.#live[Symbol.dispose]();
    this.#live = live;
    using doubtful = without(this.#numbers, live);
    doubtful.addAll(this.#contested);
    if (doubtful.size === 0) return;
    const bySeq = new Map<number, Doubtful[]>();
    for await (const documents of readAgain(doubtful)) {
      for (const document of documents) {
        const {seq} = document;
        if (seq === undefined || !doubtful.has(seq)) continue;
        bySeq.set(seq, [...(bySeq.get(seq) ?? []), document]);
      }
    }
    for (const [seq, documents] of bySeq) this.#judge(seq, documents);
  }

  #judge(seq: number, documents: readonly Doubtful[]): void {
    const sound = documents.filter(({defect}) => defect === undefined);
    const winner = this.#live.has(seq) && sound.length === 1 ? sound[0] : undefined;
    if (winner) this.#winners.set(seq, winner.id);
    for (const document of documents) {
      if (document !== winner && document.defect === undefined) this.unbelieved.set(document.id, document);
    }
  }

  /** The number of the document with this id; undefined where there is none that can be believed. */
  seqOf(id: Buffer): number | undefined {
    const seq = this.#seqs.get(id);
    if (seq === undefined || !this.#live.has(seq)) return undefined;
    if (!this.#contested.has(seq)) return seq;
    return this.#winners.get(seq) === id.toString('base64url') ? seq : undefined;
  }

  /** Numbers that something live shows and none of `taken` is. */
  freeSeqs(taken: Bitmap): Bitmap {
    return without(this.#live, taken);
  }

  /** Numbers of documents that are believed and not in `seen`. */
  unseenSeqs(seen: Bitmap): Bitmap {
    using rest = without(this.#numbers, seen);
    using dead = without(rest, this.#live);
    const unseen = without(rest, dead);
    unseen.removeAll(this.#contested);
    return unseen;
  }

  /** Every number that some document says it has. */
  get numbers(): Bitmap {
    return this.#numbers;
  }

  /** Numbers that several documents have. */
  get contested(): Bitmap {
    return this.#contested;
  }

  get hasDefects(): boolean {
    return this.defective.size > 0;
  }

  /** Whether the document's number is one that nothing else has. */
  isAlone(seq: number): boolean {
    return !this.#contested.has(seq);
  }

  /** The greatest number that is believed; -1 where there is none. */
  get last(): number {
    using dead = without(this.#numbers, this.#live);
    using believed = without(this.#numbers, dead);
    return believed.bounds?.max ?? -1;
  }

  [Symbol.dispose](): void {
    for (const set of [this.#numbers, this.#contested, this.#live]) set[Symbol.dispose]();
  }
}

/** What is kept of a document; `ownId` is the id that follows from what it says. */
export function doubtfulOf<T>(
  {key, id, seq, record, defect}: StoredDocument<T>,
  {
    ownId,
    more,
  }: {ownId: string | undefined; more?: {path?: string | undefined; oid?: string | undefined} | undefined},
): Doubtful {
  const isElsewhere = record !== undefined && ownId !== id;
  return {key, id, seq, ...more, defect: defect ?? (isElsewhere ? 'its id is that of another' : undefined)};
}
