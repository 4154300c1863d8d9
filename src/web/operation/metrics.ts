import type {Gauge} from 'prom-client';
import type {Backlog} from '../../app/site/read-backlogs.ts';
import {remember} from '../../util/remember.ts';
import type {AppOptions} from '../app-options.ts';
import type {OperationOptions} from './operation-options.ts';
import {ROUTE_CLASSES, type RouteClass} from './route-class.ts';

const BACKLOGS_MAX_AGE_MS = 2000;
/** Upper bounds in seconds: a page takes some milliseconds, a large push some minutes. */
const BUCKETS_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600];

export interface AnsweredRequest {
  readonly route: RouteClass;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** The metrics of one app, which docs/serving.md lists. */
export interface Metrics {
  count(request: AnsweredRequest): void;
  /** All metrics in Prometheus' text format 0.0.4. */
  render(): Promise<string>;
}

type Sources = Pick<AppOptions, 'git' | 'reads'> & {readonly operation: OperationOptions};
type Label = 'deed' | 'repository' | 'route';
type Sample = readonly [labels: Partial<Record<Label, string>>, value: number];

/** Loads prom-client when the first request has ended: it takes 40 ms (measured), and the start need not wait for it. */
export function openMetrics(sources: Sources): Metrics {
  const open = remember(Number.POSITIVE_INFINITY, () => defineMetrics(sources));
  return {
    count: (request) => void open().then((metrics) => metrics.count(request)),
    render: async () => (await open()).render(),
  };
}

async function defineMetrics(sources: Sources): Promise<Metrics> {
  const {Counter, Gauge, Histogram, Registry} = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'ctr_http_requests_total',
    help: 'Requests that were answered; status 499: the client left before.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'ctr_http_request_duration_seconds',
    help: 'From the head of the request to the last byte of the answer.',
    labelNames: ['route'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  for (const {read, ...gauge} of gaugesOf(sources)) {
    new Gauge({...gauge, registers, collect: collectFrom(read)});
  }
  return {
    count({route, method, status, seconds}) {
      requests.inc({route, method, status});
      durations.observe({route}, seconds);
    },
    render: () => registry.metrics(),
  };
}

interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>;
}

function gaugesOf({operation, git, reads}: Sources): GaugeSource[] {
  const readBacklogs = remember(BACKLOGS_MAX_AGE_MS, operation.readBacklogs);
  const deeds = ['fetch', 'push'] as const;
  return [
    {
      name: 'ctr_http_requests_running',
      help: 'Requests that are being answered.',
      labelNames: ['route'],
      read: () => ROUTE_CLASSES.map((route) => [{route}, operation.requests.count(route)]),
    },
    {
      name: 'ctr_git_processes',
      help: 'Gits that run for clients.',
      labelNames: ['deed'],
      read: () => deeds.map((deed) => [{deed}, git?.processes.count(deed) ?? 0]),
    },
    {
      name: 'ctr_read_processes',
      help: 'Processes that answer reads.',
      labelNames: [],
      read: () => [[{}, reads?.size ?? 0]],
    },
    ...BACKLOG_GAUGES.map(
      ([name, help, measure]): GaugeSource => ({
        name,
        help,
        labelNames: ['repository'],
        read: async () => (await readBacklogs()).map((one) => [{repository: one.repository}, measure(one)]),
      }),
    ),
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the server, without the gits and the read processes.',
      labelNames: [],
      read: () => [[{}, process.memoryUsage.rss()]],
    },
  ];
}

const BACKLOG_GAUGES: readonly (readonly [name: string, help: string, measure: (one: Backlog) => number])[] =
  [
    ['ctr_index_up', 'Whether the index answers.', ({isUp}) => (isUp ? 1 : 0)],
    [
      'ctr_index_lag_seconds',
      'How long the oldest push waits that the index does not show.',
      ({lagSeconds}) => lagSeconds,
    ],
    [
      'ctr_index_refs_behind',
      'Refs that the index does not show as Git has them.',
      ({refsBehind}) => refsBehind,
    ],
    ['ctr_queue_notes', 'Notes of the hook that wait for the worker.', ({notes}) => notes],
    [
      'ctr_failures',
      'Single things that could not be read or stored (see ctr status).',
      ({failures}) => failures,
    ],
  ];

/** Sets a gauge to these samples, and to no others, each time it is read. */
function collectFrom(read: GaugeSource['read']) {
  return async function collect(this: Gauge<Label>): Promise<void> {
    const samples = await read();
    this.reset();
    for (const [labels, value] of samples) this.set(labels, value);
  };
}
