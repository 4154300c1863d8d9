import PQueue from 'p-queue';

/**
 * Runs tasks in the background, at most `concurrency` at once and none waiting: `start` returns when the task has
 * begun. The first failure is thrown by the next `start` or `settled`, and nothing more is begun after it.
 */
export class BackgroundTasks {
  readonly #queue: PQueue;
  #failure: {readonly error: unknown} | undefined;

  constructor(concurrency: number) {
    this.#queue = new PQueue({concurrency});
  }

  async start(task: () => Promise<void>): Promise<void> {
    this.#rethrow();
    void this.#queue.add(task).catch((error: unknown) => {
      this.#failure ??= {error};
    });
    await this.#queue.onSizeLessThan(1);
    this.#rethrow();
  }

  /** Everything started so far is done. */
  async settled(): Promise<void> {
    await this.#queue.onIdle();
    this.#rethrow();
  }

  #rethrow(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
