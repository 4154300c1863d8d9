import {Bitmap} from '../../domain/bitmap.ts';
import {openLatestCommits} from '../latest-commits.ts';

/**
 * The histories that commits must have, as far as their children still need them: the latest as they are, older ones
 * as they are stored (where that is right), or kept.
 */
export class Histories implements Disposable {
  readonly #latest = openLatestCommits<{readonly history: Bitmap}>();
  readonly #kept = new Map<string, Uint8Array>();
  readonly #readStored: (oid: string) => Promise<Uint8Array | undefined>;

  constructor(readStored: (oid: string) => Promise<Uint8Array | undefined>) {
    this.#readStored = readStored;
  }

  /** Valid until the next `set` or `get`. */
  async get(oid: string): Promise<Bitmap> {
    const latest = this.#latest.get(oid);
    if (latest) return latest.history;
    const bytes = this.#kept.get(oid) ?? (await this.#readStored(oid));
    const history = bytes ? Bitmap.parse(bytes) : Bitmap.of();
    this.#latest.set(oid, {history});
    return history;
  }

  /** Takes `history` over. `isStored`: exactly this can be read back. */
  set(oid: string, history: Bitmap, {isStored}: {isStored: boolean}): void {
    if (!isStored) this.#kept.set(oid, history.serialize());
    this.#latest.set(oid, {history});
  }

  [Symbol.dispose](): void {
    this.#latest.clear();
  }
}
