import {Bitmap} from '../../domain/bitmap.ts';

/** The commits come line of history by line of history, so few wait long for their children. */
const RECENT_MAX = 2000;

/**
 * The histories that commits must have, as far as their children still need them: the latest as they are, older ones
 * as they are stored (where that is right), or kept.
 */
export class Histories implements Disposable {
  readonly #recent = new Map<string, Bitmap>();
  readonly #kept = new Map<string, Uint8Array>();
  readonly #readStored: (oid: string) => Promise<Uint8Array | undefined>;

  constructor(readStored: (oid: string) => Promise<Uint8Array | undefined>) {
    this.#readStored = readStored;
  }

  async get(oid: string): Promise<Bitmap> {
    const recent = this.#recent.get(oid);
    if (recent) return recent;
    const bytes = this.#kept.get(oid) ?? (await this.#readStored(oid));
    const history = bytes ? Bitmap.parse(bytes) : Bitmap.of();
    this.#remember(oid, history);
    return history;
  }

  /** Takes `history` over. `isStored`: exactly this can be read back. */
  set(oid: string, history: Bitmap, {isStored}: {isStored: boolean}): void {
    if (!isStored) this.#kept.set(oid, history.serialize());
    this.#remember(oid, history);
  }

  #remember(oid: string, history: Bitmap): void {
    this.#recent.set(oid, history);
    if (this.#recent.size <= RECENT_MAX) return;
    const [oldest, forgotten] = this.#recent.entries().next().value!;
    this.#recent.delete(oldest);
    forgotten[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const history of this.#recent.values()) history[Symbol.dispose]();
  }
}
