import type {ServerResponse} from 'node:http';
import type {RouteClass} from './route-class.ts';

/** The requests that are not answered to their end, so that a shutdown can wait for them or cut them off. */
export class RunningRequests {
  readonly #running = new Map<ServerResponse, RouteClass>();
  #onEnd: (() => void) | undefined;

  add(outgoing: ServerResponse, route: RouteClass): void {
    this.#running.set(outgoing, route);
    outgoing.once('close', () => {
      this.#running.delete(outgoing);
      this.#onEnd?.();
    });
  }

  count(route: RouteClass): number {
    return [...this.#running.values()].filter((one) => one === route).length;
  }

  /** Resolves when none of these routes runs; `onEnd` is called after each request that ends until then. */
  async ended(isAwaited: (route: RouteClass) => boolean, onEnd: () => void): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    const look = () => {
      onEnd();
      if (![...this.#running.values()].some(isAwaited)) resolve();
    };
    this.#onEnd = look;
    look();
    await promise;
  }

  /** The connections of these routes are gone afterwards. */
  cut(isCut: (route: RouteClass) => boolean): void {
    for (const [outgoing, route] of this.#running) if (isCut(route)) outgoing.destroy();
  }
}
