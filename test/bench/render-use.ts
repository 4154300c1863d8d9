import {formatCount} from '../../src/util/format.ts';
import type {BranchReport} from './bench-branch.ts';
import type {HookReport} from './bench-hook.ts';
import type {LineReport} from './bench-line.ts';
import type {PushReport} from './bench-push.ts';
import type {SearchTime} from './bench-search.ts';
import {QUERY_KINDS} from './choose-queries.ts';
import {alignTable, formatNumber} from './print-table.ts';
import {median, percentile} from './statistics.ts';

/** Median, 99th percentile and extremes. */
function spread(values: readonly number[]): string[] {
  return [median(values), percentile(values, 0.99), Math.min(...values), Math.max(...values)].map(
    formatNumber,
  );
}

export function renderPushes({foundMs, pushMs}: PushReport): string {
  const behindMs = foundMs.map((found, at) => found - pushMs[at]!);
  return alignTable(
    ['push to searchable, ms', 'n', 'p50', 'p99', 'min', 'max'],
    [
      ['from the start of git push', String(foundMs.length), ...spread(foundMs)],
      ['git push itself', String(pushMs.length), ...spread(pushMs)],
      ['from its end', String(behindMs.length), ...spread(behindMs)],
    ],
  );
}

export function renderHook(reports: readonly HookReport[]): string {
  const rows = reports.flatMap(({backendIs, withMs, withoutMs}) => {
    const addedMs = withMs.map((ms, at) => ms - withoutMs[at]!);
    return [
      [`backend ${backendIs}: with hook`, String(withMs.length), ...spread(withMs)],
      [`backend ${backendIs}: without`, String(withoutMs.length), ...spread(withoutMs)],
      [`backend ${backendIs}: added`, String(addedMs.length), ...spread(addedMs)],
    ];
  });
  return alignTable(['git push, ms', 'n', 'p50', 'p99', 'min', 'max'], rows);
}

export function renderSearches(times: readonly SearchTime[]): string {
  const rows = [...QUERY_KINDS, 'all'].map((kind) => {
    const own = times.filter((time) => kind === 'all' || time.kind === kind);
    const totals = formatCount(Math.round(median(own.map(({total}) => total))));
    const gits = own.flatMap(({gitGrepMs}) => gitGrepMs ?? []);
    const git = kind === 'all' || gits.length === 0 ? '' : formatNumber(median(gits));
    return [kind, String(own.length), ...spread(own.map(({ms}) => ms)), totals, git];
  });
  return alignTable(['search, ms', 'n', 'p50', 'p99', 'min', 'max', 'hits p50', 'git grep p50'], rows);
}

export function renderLine({fileBytes, syncMs, indexBytes}: LineReport): string {
  return alignTable(
    ['one line of a large file', 'file KB', 'sync ms', 'index KB more'],
    [['changed', ...[fileBytes / 1000, syncMs, indexBytes / 1000].map(formatNumber)]],
  );
}

export function renderBranch({
  seconds,
  syncMs,
  entriesWritten,
  commitsWritten,
  refsWritten,
}: BranchReport): string {
  return alignTable(
    ['branch at HEAD', 'ctr sync ms', 'of it sync ms', 'files', 'commits', 'refs'],
    [
      [
        'created',
        formatNumber(seconds * 1000),
        formatNumber(syncMs),
        ...[entriesWritten, commitsWritten, refsWritten].map(String),
      ],
    ],
  );
}
