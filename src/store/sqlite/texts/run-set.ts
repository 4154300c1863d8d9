import {Bitmap} from '../../../domain/bitmap.ts';
import type {TextReader} from './text-reader.ts';

const UNKNOWN = 0;
const HAS_NONE = 1;
const HAS_SOME = 2;

/** A set of runs, and the question which texts have one of them: each block is looked at once. */
export class RunSet {
  readonly #texts: TextReader;
  /** By block; its runs are marked from the start. */
  readonly #marks: Uint8Array;
  size = 0;

  constructor(texts: TextReader) {
    this.#texts = texts;
    this.#marks = new Uint8Array(texts.lastBlock() + 1);
  }

  add(run: number): void {
    if (this.#marks[run] !== UNKNOWN) return;
    this.#marks[run] = HAS_SOME;
    this.size++;
  }

  /** The entries of the scope with such a run. The caller disposes of it. */
  entries(scope: Bitmap): Bitmap {
    if (this.size === 0) return Bitmap.of();
    const found: number[] = [];
    for (const seq of scope.toArray()) {
      const text = this.#texts.text(seq);
      if (text && text.root > 0 && this.#hasSome(text.root)) found.push(seq);
    }
    return Bitmap.of(found);
  }

  #hasSome(block: number): boolean {
    const mark = this.#marks[block]!;
    if (mark !== UNKNOWN) return mark === HAS_SOME;
    const list = this.#texts.list(block);
    let isFound = false;
    if (list?.hasRuns) {
      for (const run of list.ids) {
        if (this.#marks[run] !== HAS_SOME) continue;
        isFound = true;
        break;
      }
    } else if (list) isFound = list.ids.some((id) => this.#hasSome(id));
    this.#marks[block] = isFound ? HAS_SOME : HAS_NONE;
    return isFound;
  }

  /** How many runs of the block are in the set, repeated ones counted again. */
  count(block: number, counts: Map<number, number>): number {
    if (!this.#hasSome(block)) return 0;
    const list = this.#texts.list(block);
    if (!list) return 1;
    const known = counts.get(block);
    if (known !== undefined) return known;
    let count = 0;
    if (list.hasRuns) for (const run of list.ids) count += this.#marks[run] === HAS_SOME ? 1 : 0;
    else for (const id of list.ids) count += this.count(id, counts);
    counts.set(block, count);
    return count;
  }
}
