import {once} from 'node:events';
import type {AppContext, CommonOptions} from '../../app/context.ts';

const CLEAR_LINE = '\r\x1b[K';

/** Where a command says things. Results go to stdout, everything else to stderr. */
export interface Output {
  /** A line of the result, for people. */
  line(text: string): void;
  /** The whole result, for programs; with several calls, one JSON value a line. */
  json(value: unknown): void;
  /** The same, of an object whose last member, `name`, is a long list: written as it comes, and held nowhere. */
  jsonList(head: object, name: string, batches: AsyncIterable<readonly object[]>): Promise<void>;
  /** A message to people in addition to the result; nothing with --quiet. */
  readonly note: (text: string) => void;
  /** How far a long work is, for people: one moving line on a terminal, else a line from time to time for a log. */
  progress(text: string, elapsedMs: number): void;
  /** The last words of a command that a signal ends, also with --quiet. */
  readonly stop: (said: {readonly message: string; readonly hint: string}) => void;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly hasColor: boolean;
}

const LOG_EVERY_MS = 10_000;

export function openOutput(
  {stdout, stderr, isTerminal, env}: AppContext,
  {json, quiet}: CommonOptions,
): Output {
  let hasMovingLine = false;
  let loggedAtMs = 0;
  const clearMovingLine = () => {
    if (hasMovingLine) stderr.write(CLEAR_LINE);
    hasMovingLine = false;
  };
  const note = (text: string) => {
    if (quiet) return;
    clearMovingLine();
    stderr.write(`${text}\n`);
  };
  return {
    line(text) {
      clearMovingLine();
      stdout.write(`${text}\n`);
    },
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    async jsonList(head, name, batches) {
      let before = `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`;
      for await (const batch of batches) {
        for (const item of batch) {
          if (!stdout.write(before + JSON.stringify(item))) await once(stdout, 'drain');
          before = ',';
        }
      }
      stdout.write(`${before === ',' ? '' : before}]}\n`);
    },
    note,
    progress(text, elapsedMs) {
      if (quiet) return;
      if (isTerminal.stderr) {
        stderr.write(`${CLEAR_LINE}${text}`);
        hasMovingLine = true;
      } else if (elapsedMs - loggedAtMs >= LOG_EVERY_MS) {
        loggedAtMs = elapsedMs;
        note(text);
      }
    },
    stop({message, hint}) {
      if (json) stderr.write(`${JSON.stringify({type: 'interrupted', message, hint})}\n`);
      // A line that moves may stand there.
      else stderr.write(`${isTerminal.stderr ? '\n' : ''}ctr: ${message}\n     ${hint}\n`);
    },
    isJson: json,
    isQuiet: quiet,
    hasColor: isTerminal.stdout && !env['NO_COLOR'],
  };
}
