import {formatCount} from '../../src/util/format.ts';
import {CLIENTS, type ServePhase, type ServeReport} from './bench-serve.ts';
import type {Answered} from './closed-loop.ts';
import {alignTable, formatNumber, formatRange} from './print-table.ts';
import {REQUEST_KINDS} from './serve-requests.ts';
import {median, percentile} from './statistics.ts';

export function renderServe({phases, imports, firstViews}: ServeReport): string {
  const quiet = phases.filter(({isBusy}) => !isBusy);
  const busy = phases.filter(({isBusy}) => isBusy);
  const broken = phases.flatMap(({brokenUrls}) => brokenUrls);
  return [
    renderTimes(quiet, busy),
    renderPhases(phases),
    `${formatCount(answersOf(phases).length)} answers, ${formatCount(broken.length)} of them not whole${broken.length > 0 ? `: ${broken.slice(0, 3).join(' ')}` : ''}\n`,
    `imported at the same time: ${imports.map(({commitsWritten, entriesWritten, elapsedMs}) => `${formatCount(commitsWritten)} commits and ${formatCount(entriesWritten)} entries in ${formatNumber(elapsedMs / 1000)} s`).join(', ')}\n\n`,
    renderFirstViews(firstViews),
  ].join('');
}

/** All rounds together. */
function renderTimes(quiet: readonly ServePhase[], busy: readonly ServePhase[]): string {
  const rows = [...REQUEST_KINDS, 'all'].map((kind) => {
    const msOf = (phases: readonly ServePhase[]) =>
      answersOf(phases)
        .filter((answer) => kind === 'all' || answer.kind === kind)
        .map(({ms}) => ms);
    const [still, loaded] = [msOf(quiet), msOf(busy)];
    const [stillP99, loadedP99] = [percentile(still, 0.99), percentile(loaded, 0.99)];
    const figures = [
      median(still),
      stillP99,
      median(loaded),
      loadedP99,
      median(loaded) / median(still),
      loadedP99 / stillP99,
    ];
    return [kind, String(still.length), String(loaded.length), ...figures.map(formatNumber)];
  });
  return alignTable(
    [
      `serve, ms, ${CLIENTS} clients`,
      'n quiet',
      'n busy',
      'quiet p50',
      'quiet p99',
      'busy p50',
      'busy p99',
      'p50 ratio',
      'p99 ratio',
    ],
    rows,
  );
}

/** One after the other: what of the difference is the machine's own unrest. */
function renderPhases(phases: readonly ServePhase[]): string {
  const rows = phases.map(({isBusy, seconds, answers}) => {
    const ms = answers.map((answer) => answer.ms);
    const figures = [answers.length / seconds, median(ms), percentile(ms, 0.99), Math.max(...ms)];
    return [isBusy ? 'busy' : 'quiet', ...figures.map(formatNumber)];
  });
  return `\n${alignTable(['phases, in turn', 'requests/s', 'p50', 'p99', 'max'], rows)}`;
}

function renderFirstViews(firstViews: readonly Answered[]): string {
  const rows = (['folder page', 'file page'] as const).map((kind) => {
    const ms = firstViews.filter((answer) => answer.kind === kind).map((answer) => answer.ms);
    return [kind, String(ms.length), formatRange(ms, formatNumber), formatNumber(percentile(ms, 0.99))];
  });
  return alignTable(['first view, ms', 'n', 'p50 (min-max)', 'p99'], rows);
}

function answersOf(phases: readonly ServePhase[]): Answered[] {
  return phases.flatMap(({answers}) => answers);
}
