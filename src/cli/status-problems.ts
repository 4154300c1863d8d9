import type {HandlerStatus} from '../events/handler-queue.ts';

/**
 * What is not as it should be.
 * - behind: the index does not show what Git has
 * - failures: something could not be read, and is missing in the index
 * - events: a handler fails
 * - hook: pushes are not noticed, although ctr is to notice them
 */
export type StatusProblem = 'behind' | 'failures' | 'events' | 'hook';

export function findProblems({
  upToDate,
  failures,
  events,
  hook,
}: {
  readonly upToDate: boolean;
  readonly failures: readonly unknown[];
  readonly events: readonly Pick<HandlerStatus, 'lastError'>[];
  readonly hook: string;
}): StatusProblem[] {
  const found: readonly [StatusProblem, boolean][] = [
    ['behind', !upToDate],
    ['failures', failures.length > 0],
    ['events', events.some(({lastError}) => lastError !== null)],
    // `absent`: it was taken out on purpose.
    ['hook', hook !== 'installed' && hook !== 'absent'],
  ];
  return found.flatMap(([problem, isSo]) => (isSo ? problem : []));
}
