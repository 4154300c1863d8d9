/** What was computed lately, by key, bounded by its weight in all: what was asked for longest ago goes first. */
export class WeightedCache<T> {
  readonly #weightMax: number;
  readonly #onDrop: (value: T) => void;
  readonly #kept = new Map<string, {readonly value: T; readonly weight: number}>();
  #weight = 0;

  /** `onDrop` is told what is kept no longer; not what never was. */
  constructor(weightMax: number, onDrop: (value: T) => void = () => undefined) {
    this.#weightMax = weightMax;
    this.#onDrop = onDrop;
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

  clear(): void {
    for (const key of this.#kept.keys()) this.#delete(key);
  }

  #delete(key: string): void {
    const dropped = this.#kept.get(key);
    if (!dropped) return;
    this.#kept.delete(key);
    this.#weight -= dropped.weight;
    this.#onDrop(dropped.value);
  }
}
