/**
 * Takes items from a source ahead of need, at most `countMax` of them: whoever works on earlier items never waits
 * for a slow source, and a source that itself waits for that work cannot deadlock with it.
 */
export class Lookahead<T> implements AsyncDisposable {
  readonly #source: AsyncIterator<T> | Iterator<T>;
  readonly #isAsync: boolean;
  readonly #countMax: number;
  readonly #items: T[] = [];
  #isPulling = false;
  #isEnded = false;
  #failure: {readonly error: unknown} | undefined;
  #news = Promise.withResolvers<void>();

  constructor(source: Iterable<T> | AsyncIterable<T>, {countMax}: {readonly countMax: number}) {
    this.#isAsync = Symbol.asyncIterator in source;
    this.#source =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#countMax = countMax;
  }

  /** The items at hand; more are fetched behind the scenes. @throws what the source threw, after its last item */
  take(): T[] {
    if (this.#items.length === 0 && this.#failure !== undefined) throw this.#failure.error;
    const taken = this.#items.splice(0);
    void this.#pull();
    return taken;
  }

  /** Resolves when `take` has something to give or to throw; false when it never will again. */
  async waitForItems(): Promise<boolean> {
    void this.#pull();
    while (this.#items.length === 0 && this.#failure === undefined) {
      if (this.#isEnded) return false;
      await this.#news.promise;
    }
    return true;
  }

  /** Tells the source that nobody takes any more. Waits for it, unless it is in the middle of its work. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const returned = Promise.resolve(this.#source.return?.());
    // A source that waits for something of its consumer's may never come to its end.
    if (this.#isPulling) returned.catch(() => {});
    else await returned;
  }

  /** Never rejects: `take` throws what went wrong. */
  async #pull(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    try {
      while (this.#items.length < this.#countMax && !this.#isEnded) {
        const {done, value} = this.#isAsync
          ? await this.#source.next()
          : (this.#source as Iterator<T>).next();
        if (done === true) this.#isEnded = true;
        else this.#items.push(value);
        this.#announce();
      }
    } catch (error) {
      this.#isEnded = true;
      this.#failure = {error};
      this.#announce();
    } finally {
      this.#isPulling = false;
    }
  }

  #announce(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
