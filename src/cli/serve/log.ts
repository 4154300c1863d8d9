import {escapeText} from '../../util/escape-text.ts';
import type {LogLine} from '../../web/operation/operation-options.ts';
import type {CliContext, CommonOptions} from '../context.ts';

/** One JSON line each, on stderr. What came from outside cannot act on a terminal. */
export function openLog(
  {stderr, now}: Pick<CliContext, 'stderr' | 'now'>,
  {quiet}: Pick<CommonOptions, 'quiet'>,
): (line: LogLine) => void {
  return (line) => {
    if (quiet && line['type'] === 'request') return;
    const escaped = Object.entries(line).map(([key, value]) => [
      key,
      typeof value === 'string' ? escapeText(value) : value,
    ]);
    stderr.write(`${JSON.stringify({at: now().toISOString(), ...Object.fromEntries(escaped)})}\n`);
  };
}
