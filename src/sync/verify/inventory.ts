import {Bitmap, without} from '../../domain/bitmap.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import {SeqMap} from '../import/seq-map.ts';
import {KnownNumbers, STAND_INS_FROM} from './known-numbers.ts';

/** An entry or a commit that Git has, and for which no document with a known number stands. */
export interface UnknownThing {
  readonly id: string;
  readonly standIn: number;
}

/** A document that is not beyond doubt, without its contents. */
export interface DoubtfulDocument {
  readonly key: string;
  readonly id: string;
  readonly seq: number | undefined;
  readonly path?: string | undefined;
  readonly oid?: string | undefined;
  /** Undefined: only its number is in doubt. */
  readonly defect: string | undefined;
}

const ID = /^[\w-]{27}$/;

/** The 20 bytes that a document id spells; undefined where it is none. */
export function idBytesOf(id: string): Buffer | undefined {
  return ID.test(id) ? Buffer.from(id, 'base64url') : undefined;
}

/**
 * The documents of a series and their numbers, 20 bytes a document. A number is known when one valid document has it,
 * no other document says the same number, and some bitmap shows it.
 */
export class Inventory<T = unknown> implements Disposable {
  readonly #seqs = new SeqMap();
  readonly #said = Bitmap.of();
  readonly #shared = Bitmap.of();
  readonly #defective = Bitmap.of();
  readonly #known = Bitmap.of();
  #shown = Bitmap.of();
  /** Documents whose number is not known, by id, or by key where they have none. */
  readonly doubtful = new Map<string, DoubtfulDocument>();
  /** Things that Git has and that have no known number, by document id. */
  readonly unknown = new Map<string, T & UnknownThing>();
  /** Compares bitmaps by the known numbers. */
  readonly numbers = new KnownNumbers(this.#known);
  count = 0;

  add(document: DoubtfulDocument): void {
    this.count++;
    const {id, key, seq, defect} = document;
    if (defect !== undefined || seq === undefined) this.doubtful.set(id || key, document);
    if (seq === undefined) return;
    if (this.#said.has(seq)) this.#shared.add(seq);
    this.#said.add(seq);
    if (defect === undefined) this.#seqs.set(idBytesOf(id)!, seq);
    else this.#defective.add(seq);
  }

  /**
   * Decides which numbers are known. `shown` are those in bitmaps. Valid documents whose number is not known are read
   * again: `readAgain` gives at least those with one of these numbers. Takes `shown` over.
   */
  async settle(shown: Bitmap, readAgain: (seqs: Bitmap) => AsyncIterable<DoubtfulDocument[]>): Promise<void> {
    this.#shown[Symbol.dispose]();
    this.#shown = shown;
    this.#known.addAll(this.#said);
    this.#known.retainAll(this.#shown);
    this.#known.removeAll(this.#shared);
    this.#known.removeAll(this.#defective);
    using doubtful = without(this.#said, this.#known);
    if (doubtful.size === 0) return;
    for await (const documents of readAgain(doubtful))
      for (const document of documents)
        if (document.defect === undefined && document.seq !== undefined && doubtful.has(document.seq))
          this.doubtful.set(document.id, document);
  }

  /** The known number of a thing that Git has, by the id of its document; else a number that stands in for it. */
  numberOf(id: Buffer, describe: () => T): number {
    const seq = this.seqOf(id);
    if (seq !== undefined) return seq;
    const key = id.toString('base64url');
    const known = this.unknown.get(key)?.standIn;
    if (known !== undefined) return known;
    const standIn = STAND_INS_FROM + this.unknown.size;
    this.unknown.set(key, {...describe(), id: key, standIn});
    return standIn;
  }

  /** The number of the document with this id; undefined where it is not known. */
  seqOf(id: Buffer): number | undefined {
    const seq = this.#seqs.get(id);
    return seq !== undefined && this.#known.has(seq) ? seq : undefined;
  }

  /** Numbers outside of `needed` are not known any more; returns them. */
  narrow(needed: Bitmap): Bitmap {
    const unneeded = without(this.#known, needed);
    this.#known.removeAll(unneeded);
    return unneeded;
  }

  get known(): Bitmap {
    return this.#known;
  }

  /** Numbers that several documents say they have. */
  get shared(): ReadonlySet<number> {
    return new Set(this.#shared);
  }

  /** True when one document alone says this number. */
  isSole(seq: number): boolean {
    return this.#said.has(seq) && !this.#shared.has(seq);
  }

  /** True when some document is in doubt, or a bitmap shows a number that is not known. */
  get hasDoubts(): boolean {
    using unknown = without(this.#shown, this.#known);
    return this.doubtful.size > 0 || unknown.size > 0;
  }

  /** The greatest number that a document has and a bitmap shows; -1 where there is none. */
  get last(): number {
    using used = this.#said.clone();
    used.retainAll(this.#shown);
    return used.bounds?.max ?? -1;
  }

  [Symbol.dispose](): void {
    for (const set of [this.#said, this.#shared, this.#defective, this.#known, this.#shown])
      set[Symbol.dispose]();
  }
}

/** The document without its contents; `ownId` is the id that follows from its record. */
export function doubtfulOf<T>(
  {key, id, seq, record, defect}: StoredDocument<T>,
  {
    ownId,
    more,
  }: {ownId: string | undefined; more?: {path?: string | undefined; oid?: string | undefined} | undefined},
): DoubtfulDocument {
  const isElsewhere = record !== undefined && ownId !== id;
  return {key, id, seq, ...more, defect: defect ?? (isElsewhere ? 'its id is that of another' : undefined)};
}
