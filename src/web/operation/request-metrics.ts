import type {Metric, Sample} from './prometheus.ts';
import type {RouteClass} from './route-class.ts';

/** Upper bounds in seconds: a page is some milliseconds, a large push some minutes. */
const BUCKETS_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600];

interface Durations {
  /** How many took at most as long as the bucket of the same place. */
  readonly buckets: number[];
  count: number;
  sumSeconds: number;
}

/** Counts answered requests, and how long they took. */
export class RequestMetrics {
  readonly #counts = new Map<
    string,
    {readonly labels: Readonly<Record<string, string | number>>; value: number}
  >();
  readonly #durations = new Map<RouteClass, Durations>();

  add({
    route,
    method,
    status,
    seconds,
  }: {
    route: RouteClass;
    method: string;
    status: number;
    seconds: number;
  }): void {
    const key = `${route} ${method} ${status}`;
    const count = this.#counts.get(key) ?? {labels: {route, method, status}, value: 0};
    count.value++;
    this.#counts.set(key, count);
    const durations = this.#durations.get(route) ?? {
      buckets: BUCKETS_SECONDS.map(() => 0),
      count: 0,
      sumSeconds: 0,
    };
    this.#durations.set(route, durations);
    durations.count++;
    durations.sumSeconds += seconds;
    for (const [at, bound] of BUCKETS_SECONDS.entries()) if (seconds <= bound) durations.buckets[at]!++;
  }

  metrics(): Metric[] {
    return [
      {
        name: 'ctr_http_requests_total',
        type: 'counter',
        help: 'Requests that were answered; status 499: the client left before.',
        samples: [...this.#counts.values()],
      },
      {
        name: 'ctr_http_request_duration_seconds',
        type: 'histogram',
        help: 'From the head of the request to the last byte of the answer.',
        samples: [...this.#durations].flatMap(([route, durations]) => samplesOf(route, durations)),
      },
    ];
  }
}

function samplesOf(route: RouteClass, {buckets, count, sumSeconds}: Durations): Sample[] {
  return [
    ...BUCKETS_SECONDS.map((le, at) => ({suffix: '_bucket', labels: {route, le}, value: buckets[at]!})),
    {suffix: '_bucket', labels: {route, le: '+Inf'}, value: count},
    {suffix: '_sum', labels: {route}, value: sumSeconds},
    {suffix: '_count', labels: {route}, value: count},
  ];
}
