import {displayPath} from '../../domain/path.ts';
import {unknownFilterWords} from '../../domain/unknown-filters.ts';
import type {SearchAnswer} from '../../read/search.ts';
import {escapeText} from '../../util/escape-text.ts';
import type {Output} from './output.ts';

const LINES_SHOWN = 5;

/** Each file with its first matching lines, best file first. */
export function renderSearch(answer: SearchAnswer, output: Output): void {
  const bold = (text: string) => (output.hasColor ? `\x1b[1m${text}\x1b[0m` : text);
  for (const {path, lines} of answer.hits) {
    output.line(bold(displayPath(path)));
    for (const {line, text} of lines.slice(0, LINES_SHOWN))
      output.line(`  ${line}: ${escapeText(text.trim())}`);
    if (lines.length > LINES_SHOWN) output.line(`  ... ${lines.length - LINES_SHOWN} more lines`);
  }
  const where = escapeText(answer.ref ?? answer.commit);
  const files = `${answer.total} ${answer.total === 1 ? 'file' : 'files'}`;
  const shown = answer.hits.length < answer.total ? `, the best ${answer.hits.length} shown (--limit)` : '';
  output.note(`${files} in ${where}${shown}, ${answer.tookMs} ms`);
  for (const unknown of answer.unknownFilters) output.note(unknownFilterWords(unknown));
}
