import {type HttpBackend, type HttpBackendRequest, startHttpBackend} from '../../git/http-backend.ts';

export type GitDeed = 'fetch' | 'push';

/** The gits that run for clients: at most so many at once, all known, so that a shutdown can wait for them or end them. */
export class GitProcesses {
  readonly #max: number;
  readonly #running = new Map<HttpBackend, GitDeed>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Undefined when as many run as may. */
  start(request: HttpBackendRequest): HttpBackend | undefined {
    if (this.#running.size >= this.#max) return undefined;
    const backend = startHttpBackend(request);
    this.#running.set(backend, deedOf(request));
    void backend.ended.then(() => this.#running.delete(backend));
    return backend;
  }

  /** How many run now. */
  count(deed: GitDeed): number {
    return [...this.#running.values()].filter((one) => one === deed).length;
  }

  /** Resolves when all of these have ended that run now. */
  async ended(deeds: readonly GitDeed[]): Promise<void> {
    const chosen = [...this.#running].filter(([, deed]) => deeds.includes(deed));
    await Promise.all(chosen.map(([backend]) => backend.ended));
  }

  /** Ends all of these, with what they started. */
  kill(deeds: readonly GitDeed[]): void {
    for (const [backend, deed] of this.#running) if (deeds.includes(deed)) backend.kill();
  }
}

export function deedOf({service}: Pick<HttpBackendRequest, 'service'>): GitDeed {
  return service === 'git-receive-pack' ? 'push' : 'fetch';
}
