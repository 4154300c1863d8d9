const SLOT_WORDS = 5;
const FULL = 0.7;
const START_SLOTS = 1 << 12;

/**
 * Entry ids to seqs, 20 bytes a slot: a history of a million entries takes 40 MB where a Map of strings takes 200.
 * Keyed by the first 128 bits of an id (SHA-256). Open addressing; nothing is removed one by one.
 */
export class SeqMap {
  #slots = new Uint32Array(START_SLOTS * SLOT_WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: Buffer): number | undefined {
    const stored = this.#slots[this.#find(id) + 4]!;
    return stored === 0 ? undefined : stored - 1;
  }

  set(id: Buffer, seq: number): void {
    if ((this.#size + 1) * SLOT_WORDS > this.#slots.length * FULL) this.#grow();
    const at = this.#find(id);
    if (this.#slots[at + 4] === 0) this.#size++;
    for (let word = 0; word < 4; word++) this.#slots[at + word] = id.readUInt32LE(word * 4);
    // Seqs end at 2^31-1, so one more still fits, and 0 can mean a free slot.
    this.#slots[at + 4] = seq + 1;
  }

  clear(): void {
    this.#slots = new Uint32Array(START_SLOTS * SLOT_WORDS);
    this.#size = 0;
  }

  /** The slot of the id, or the free slot for it. */
  #find(id: Buffer): number {
    const slots = this.#slots;
    const a = id.readUInt32LE(0);
    const b = id.readUInt32LE(4);
    const c = id.readUInt32LE(8);
    const d = id.readUInt32LE(12);
    let at = (a % (slots.length / SLOT_WORDS)) * SLOT_WORDS;
    while (slots[at + 4] !== 0) {
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) break;
      at = at + SLOT_WORDS === slots.length ? 0 : at + SLOT_WORDS;
    }
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    const id = Buffer.alloc(16);
    for (let at = 0; at < old.length; at += SLOT_WORDS) {
      if (old[at + 4] === 0) continue;
      for (let word = 0; word < 4; word++) id.writeUInt32LE(old[at + word]!, word * 4);
      this.#slots.set(old.subarray(at, at + SLOT_WORDS), this.#find(id));
    }
  }
}
