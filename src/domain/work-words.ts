import {escapeText} from '../util/escape-text.ts';
import {formatBytes, formatCount, formatDuration} from '../util/format.ts';
import type {RunningWork, WorkVerb} from './running-work.ts';

const VERBS: Readonly<Partial<Record<WorkVerb, string>>> = {worker: 'the worker of a push'};

const PHASES: Readonly<Record<string, string>> = {
  start: 'starting',
  import: 'importing',
  refs: 'moving refs',
  mark: 'looking for orphans',
  remove: 'removing orphans',
  repair: 'repairing',
  build: 'building the new index',
  verify: 'comparing with Git',
  finish: 'importing the latest pushes',
  swap: 'changing over',
  clean: 'dropping the old index',
};

/** The worker, its start and its progress in one line. */
export function workLine(work: RunningWork): string {
  const who = VERBS[work.verb] ?? `\`ctr ${work.verb}\``;
  const since = `${work.since.slice(0, 19).replace('T', ' ')} UTC`;
  const elapsed = formatDuration(work.elapsedSeconds * 1000);
  return escapeText(`${who} (process ${work.pid}) since ${since}, for ${elapsed}: ${progressWords(work)}`);
}

/** The phase of the work and its progress. */
export function progressWords(work: RunningWork): string {
  return [PHASES[work.phase] ?? work.phase, ...workWords(work)].join(', ');
}

/** Share, counts, rate and time left of the phase, as far as they are known: `34 %`, `1,234 of 3,600 commits`. */
export function workWords(work: RunningWork): string[] {
  const {unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft} = work;
  const words = [
    share !== null && `${Math.floor(share * 100)} %`,
    done !== null && unit !== null && `${of(done, total, formatCount)} ${unit}`,
    bytes && of(bytes, bytesTotal, formatBytes),
    bytesPerSecond && `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft !== null && `about ${formatDuration(Math.max(1, secondsLeft) * 1000)} left`,
  ];
  return words.filter((word) => typeof word === 'string');
}

function of(done: number, total: number | null, format: (value: number) => string): string {
  return total === null ? format(done) : `${format(done)} of ${format(total)}`;
}
