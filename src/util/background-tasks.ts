import PQueue from 'p-queue';

/**
 * Runs tasks in the background, at most `concurrency` at once. There is no queue: `start` returns when the task has
 * begun. The next `start` or `settled` throws the first failure, and no task begins after it.
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

  /** Waits for the tasks that were started before this call, and not for later ones. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
    this.#rethrow();
  }

  /** Waits for all running tasks and ignores their failures. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running);
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
