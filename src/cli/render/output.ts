import {once} from 'node:events';
import type {AppContext, CommonOptions} from '../../app/context.ts';

/** Where a command says things. Results go to stdout, everything else to stderr. */
export interface Output {
  /** A line of the result, for people. */
  line(text: string): void;
  /** The whole result, for programs; with several calls, one JSON value a line. */
  json(value: unknown): void;
  /** The same, of an object whose last member, `name`, is a long list: written as it comes, and held nowhere. */
  jsonList(head: object, name: string, batches: AsyncIterable<readonly object[]>): Promise<void>;
  /** A message to people in addition to the result; nothing with --quiet. */
  note(text: string): void;
  /** The last words of a command that a signal ends, also with --quiet. */
  readonly stop: (said: {readonly message: string; readonly hint: string}) => void;
  readonly isJson: boolean;
  readonly hasColor: boolean;
}

export function openOutput(
  {stdout, stderr, isTerminal, env}: AppContext,
  {json, quiet}: CommonOptions,
): Output {
  return {
    line: (text) => void stdout.write(`${text}\n`),
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
    note: (text) => void (quiet || stderr.write(`${text}\n`)),
    stop({message, hint}) {
      if (json) stderr.write(`${JSON.stringify({type: 'interrupted', message, hint})}\n`);
      // A line that moves may stand there.
      else stderr.write(`${isTerminal.stderr ? '\n' : ''}ctr: ${message}\n     ${hint}\n`);
    },
    isJson: json,
    hasColor: isTerminal.stdout && !env['NO_COLOR'],
  };
}
