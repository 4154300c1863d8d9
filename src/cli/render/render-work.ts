import type {RunningWork, WorkVerb} from '../../domain/running-work.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatBytes, formatCount, formatDuration} from '../../util/format.ts';

const VERBS: Readonly<Partial<Record<WorkVerb, string>>> = {worker: 'the worker of a push'};

const PHASES: Readonly<Record<string, string>> = {
  start: 'starting',
  import: 'importing',
  refs: 'moving refs',
  mark: 'looking for what no ref needs',
  remove: 'removing what no ref needs',
  repair: 'repairing',
  build: 'building the new index',
  verify: 'comparing with Git',
  finish: 'importing what was pushed meanwhile',
  swap: 'changing over',
  clean: 'dropping the old index',
};

/** Who works on it, since when, and how far it is: one line. */
export function workLine(work: RunningWork): string {
  const who = VERBS[work.verb] ?? `\`ctr ${work.verb}\``;
  const since = `${work.since.slice(0, 19).replace('T', ' ')} UTC`;
  const elapsed = formatDuration(work.elapsedSeconds * 1000);
  return escapeText(`${who} (process ${work.pid}) since ${since}, for ${elapsed}: ${progressWords(work)}`);
}

/** How far it is: phase, share, counts, rate and time left, as far as they are known. */
export function progressWords(work: Omit<RunningWork, 'verb' | 'pid' | 'since' | 'updatedAt'>): string {
  const {phase, unit, done, total, share, bytes, bytesTotal, bytesPerSecond, secondsLeft} = work;
  const words = [
    PHASES[phase] ?? phase,
    share !== null && `${Math.floor(share * 100)} %`,
    done !== null && unit !== null && `${of(done, total, formatCount)} ${unit}`,
    bytes && of(bytes, bytesTotal, formatBytes),
    bytesPerSecond && `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft !== null && `about ${formatDuration(Math.max(1, secondsLeft) * 1000)} left`,
  ];
  return words.filter(Boolean).join(', ');
}

function of(done: number, total: number | null, format: (value: number) => string): string {
  return total === null ? format(done) : `${format(done)} of ${format(total)}`;
}
