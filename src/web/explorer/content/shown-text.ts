import {cutText} from '../../../domain/cut-text.ts';
import {linesOf} from '../../../domain/lines-of.ts';

const CHARS_MAX = 500_000;
const LINES_MAX = 10_000;
const LINE_MAX_CHARS = 5000;

/** As much of a text as a page shows. */
export interface ShownText {
  readonly text: string;
  readonly lines: readonly string[];
  /** True if text was omitted. */
  readonly isCut: boolean;
}

/** The beginning of the text, of long lines their beginning. */
export function cutForShow(content: string): ShownText {
  const text = cutText(content, CHARS_MAX);
  const all = linesOf(text.replaceAll('\r\n', '\n'));
  const lines = all.slice(0, LINES_MAX).map((line) => cutText(line, LINE_MAX_CHARS));
  const isCut =
    text.length < content.length ||
    all.length > LINES_MAX ||
    lines.some((line, at) => line.length < all[at]!.length);
  return {text: lines.join('\n'), lines, isCut};
}
