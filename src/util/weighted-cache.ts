/** What was computed lately, by key, bounded by its weight in all: what was asked for longest ago goes first. */
export class WeightedCache<T> {
  readonly #weightMax: number;
  readonly #kept = new Map<string, {readonly value: T; readonly weight: number}>();
  #weight = 0;

  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  /** Not kept where it alone is too heavy. */
  set(key: string, value: T, weight: number): void {
    this.#delete(key);
    if (weight > this.#weightMax) return;
    this.#kept.set(key, {value, weight});
    this.#weight += weight;
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#weightMax) break;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    this.#weight -= this.#kept.get(key)?.weight ?? 0;
    this.#kept.delete(key);
  }
}
