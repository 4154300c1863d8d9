import type {AppContext, CommonOptions} from '../../app/context.ts';
import {escapeText} from '../../util/escape-text.ts';
import type {LogLine} from '../operation/operation-options.ts';

/** One JSON line each, on stderr. What came from outside cannot act on a terminal. */
export function openLog(
  {stderr, now}: Pick<AppContext, 'stderr' | 'now'>,
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
