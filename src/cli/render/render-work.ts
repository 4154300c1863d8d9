import type {RunningWork, WorkVerb} from '../../domain/running-work.ts';
import {workWords} from '../../domain/work-words.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatDuration} from '../../util/format.ts';

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

/** What it does and how far it is. */
export function progressWords(work: RunningWork): string {
  return [PHASES[work.phase] ?? work.phase, ...workWords(work)].join(', ');
}
