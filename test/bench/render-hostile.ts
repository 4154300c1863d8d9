import type {HostileReport} from './bench-hostile.ts';
import {alignTable, formatMegabytes, formatNumber} from './print-table.ts';
import {percentile} from './statistics.ts';

/** The costliest queries first. */
export function renderHostile({queries, healthMs, serverPeakBytes}: HostileReport): string {
  const rows = queries
    .toSorted((a, b) => b.apiMs - a.apiMs)
    .map(({name, status, apiMs, pageMs, commandMs, readerPeakBytes}) => [
      name,
      String(status),
      ...[apiMs, pageMs, commandMs].map(formatNumber),
      formatMegabytes(readerPeakBytes),
    ]);
  const health = [percentile(healthMs, 0.5), percentile(healthMs, 0.99), Math.max(...healthMs)];
  return [
    alignTable(['hostile queries', 'status', 'API ms', 'page ms', 'command ms', 'reader MB'], rows),
    `/healthz at the same time: ${healthMs.length} answers, p50, p99 and max ${health.map(formatNumber).join(', ')} ms; `,
    `the server itself had ${formatMegabytes(serverPeakBytes)} MB at most\n`,
  ].join('');
}
