import type {Backlog} from '../../app/site/read-backlogs.ts';
import type {Metric} from './prometheus.ts';

/** How far the indexes are. */
export function indexMetrics(backlogs: readonly Backlog[]): Metric[] {
  const gauge = (name: string, help: string, read: (backlog: Backlog) => number): Metric => ({
    name,
    type: 'gauge',
    help,
    samples: backlogs.map((backlog) => ({labels: {repository: backlog.repository}, value: read(backlog)})),
  });
  return [
    gauge('ctr_index_up', 'Whether the index answers.', ({isUp}) => (isUp ? 1 : 0)),
    gauge(
      'ctr_index_lag_seconds',
      'How long the oldest push waits that the index does not show.',
      ({lagSeconds}) => lagSeconds,
    ),
    gauge(
      'ctr_index_refs_behind',
      'Refs that the index does not show as Git has them.',
      ({refsBehind}) => refsBehind,
    ),
    gauge('ctr_queue_notes', 'Notes of the hook that wait for the worker.', ({notes}) => notes),
    gauge(
      'ctr_failures',
      'Single things that could not be read or stored (see ctr status).',
      ({failures}) => failures,
    ),
  ];
}
