import PQueue from 'p-queue';

/**
 * Runs tasks in the background, at most `concurrency` at once and none waiting: `start` returns when the task has
 * begun. The first failure is thrown by the next `start` or `settled`, and nothing more is begun after it.
 */
export class BackgroundTasks implements AsyncDisposable {
  readonly #queue: PQueue;
  readonly #running = new Set<Promise<void>>();
  #failure: {readonly error: unknown} | undefined;

  constructor(concurrency: number) {
    this.#queue = new PQueue({concurrency});
  }

  async start(task: () => Promise<void>): Promise<void> {
    this.#rethrow();
    const running = this.#queue.add(task).catch((error: unknown) => {
      this.#failure ??= {error};
    });
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
    await this.#queue.onSizeLessThan(1);
    this.#rethrow();
  }

  /** Everything that was started before this call is done; what is started meanwhile is not waited for. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
    this.#rethrow();
  }

  /** Nothing that was started runs on; what failed is not told any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running);
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
