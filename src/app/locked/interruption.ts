import type {RunningWork, WorkVerb} from '../../domain/running-work.ts';
import {describeWork} from '../../domain/running-work.ts';
import {progressWords} from '../../domain/work-words.ts';
import {quoteForShell} from '../../util/quote-for-shell.ts';
import type {WorkFile} from './work-file.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** The message after an interruption: the progress, and how to resume. */
export interface Interruption {
  readonly message: string;
  readonly hint: string;
}

/**
 * Until it is disposed of, SIGINT and SIGTERM end the process as they always do (130 and 143 to a shell), after
 * `onInterrupt` was told how the work goes on. Nothing needs to be put in order first: at every point an end is harmless.
 */
export function sayOnInterrupt(
  {gitDir}: {readonly gitDir: string},
  shown: WorkFile,
  {onInterrupt}: {readonly onInterrupt?: ((said: Interruption) => void) | undefined},
): Disposable {
  if (!onInterrupt) return {[Symbol.dispose]: () => undefined};
  const stop = (signal: NodeJS.Signals) => {
    release();
    onInterrupt(wordsOf(describeWork(shown.work, new Date()), gitDir));
    shown[Symbol.dispose]();
    // Its parent is to see that a signal has ended it: a shell then ends its loop, too, and systemd calls it no failure.
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {[Symbol.dispose]: release};
}

function wordsOf(work: RunningWork, gitDir: string): Interruption {
  return {message: `interrupted while ${progressWords(work)}`, hint: HINTS[work.verb](quoteForShell(gitDir))};
}

const resume = (repo: string) =>
  `What is stored stays. \`ctr sync --repo ${repo}\` goes on from there, and so does the next push.`;
const repeat = (verb: string) => (repo: string) =>
  `Nothing is left half done: \`ctr ${verb} --repo ${repo}\` begins again.`;

const HINTS: Readonly<Record<WorkVerb, (repo: string) => string>> = {
  install: resume,
  sync: resume,
  worker: resume,
  reindex: (repo) =>
    `Readers and pushes have the index as it was. \`ctr reindex --repo ${repo}\` goes on with what it has built.`,
  prune: repeat('prune'),
  verify: repeat('verify'),
  forget: (repo) =>
    `It may be removed in part: run \`ctr forget\` again, with --repo ${repo}, until it gives its receipt.`,
};
