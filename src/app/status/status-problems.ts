import type {HandlerStatus} from '../../events/handler-queue.ts';

/**
 * The kinds of problems.
 * - behind: the index does not show what Git has
 * - failures: something could not be read, and is missing in the index
 * - events: a handler fails
 * - hook: pushes are not noticed, although ctr is to notice them
 * - access: some users may push but not index
 * - store: the settings name another store than the one that was confirmed, so nothing is synced
 */
export type StatusProblem = 'behind' | 'failures' | 'events' | 'hook' | 'access' | 'store';

export function findProblems({
  upToDate,
  failures,
  events,
  hook,
  access,
  stores,
}: {
  readonly upToDate: boolean;
  readonly failures: readonly unknown[];
  readonly events: readonly Pick<HandlerStatus, 'lastError'>[];
  readonly hook: string;
  readonly access: readonly unknown[];
  readonly stores: {readonly unconfirmed: string | null} | null;
}): StatusProblem[] {
  const found: readonly [StatusProblem, boolean][] = [
    ['behind', !upToDate],
    ['failures', failures.length > 0],
    ['events', events.some(({lastError}) => lastError !== null)],
    // `absent`: it was taken out on purpose, unless an install was interrupted before it confirmed a store.
    ['hook', hook !== 'installed' && (hook !== 'absent' || stores === null)],
    ['access', access.length > 0],
    ['store', stores !== null && stores.unconfirmed !== null],
  ];
  return found.flatMap(([problem, isSo]) => (isSo ? problem : []));
}
