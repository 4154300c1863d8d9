/**
 * Takes at most `countMax` items from a source in advance. So a consumer does not wait for a slow source while it has
 * items, and a source that itself waits for the consumer cannot deadlock with it.
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

  /** The available items; more are fetched in the background. @throws the error of the source, after its last item */
  take(): T[] {
    if (this.#items.length === 0 && this.#failure !== undefined) throw this.#failure.error;
    const taken = this.#items.splice(0);
    void this.#pull();
    return taken;
  }

  /** Resolves when `take` has items or an error; false when the source has ended. */
  async waitForItems(): Promise<boolean> {
    void this.#pull();
    while (this.#items.length === 0 && this.#failure === undefined) {
      if (this.#isEnded) return false;
      await this.#news.promise;
    }
    return true;
  }

  /** Ends the source. Waits for that, unless the source is working. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const returned = Promise.resolve(this.#source.return?.());
    // A source that waits for its consumer may never end.
    if (this.#isPulling) returned.catch(() => {});
    else await returned;
  }

  /** Never rejects: `take` throws the error. */
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
