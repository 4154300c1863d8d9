import {cutText} from './cut-text.ts';
import {extensionOf} from './entry.ts';
import {findFrontMatter} from './front-matter.ts';
import {isMarkdown, markdownHeadings} from './title.ts';

const HEADINGS_MAX = 200;
const HEADINGS_MAX_CHARS = 8192;
const HEADING_MAX_CHARS = 256;
const SEARCHED_CHARS = 512 * 1024;

/** Languages of data and prose, whose lines may begin like definitions and are none. */
const WITHOUT_DEFINITIONS = new Set(
  'AsciiDoc CSV CSS Diff HTML INI JSON JSON5 Less Org reStructuredText SCSS SVG TeX Text TOML XML YAML'.split(
    ' ',
  ),
);

const IDENTIFIER = '[\\p{L}_$][\\p{L}\\p{N}_$]*';
const MODIFIERS =
  '(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|async|unsafe|extern|inline|' +
  'override|open|data|partial|declare|local|virtual|suspend|case|pub(?:\\([a-z]{1,9}\\))?)[ \\t]+){0,6}';
const KEYWORDS =
  'class|interface|struct|union|enum|trait|record|protocol|object|module|namespace|type|function|func|fun|fn|def|defp|' +
  'defmodule|sub|macro_rules!';
/** After a name: what makes it a definition and not a sentence such as "class of its own". */
const FOLLOWS =
  '(?=[ \\t]*(?:[<({[:;=!?,]|\\r?$|(?:extends|implements|where|is|final|do|struct|interface|func|map)\\b))';

/**
 * Definitions by a few patterns, in any language that has such words: indented or not; constants at the beginning of a
 * line only; macros of C. No two repetitions can match the same characters, so the time is linear.
 */
const DEFINITION = new RegExp(
  `^(?:[ \\t]*${MODIFIERS}(?:${KEYWORDS})[ \\t]*\\*?[ \\t]+(?:\\([^()\\n]{0,100}\\)[ \\t]*)?` +
    `(?<defined>${IDENTIFIER}(?:(?:::|\\.)${IDENTIFIER}){0,8})${FOLLOWS}` +
    `|(?:export[ \\t]+)?(?:pub[ \\t]+)?const[ \\t]+(?<constant>${IDENTIFIER})[ \\t]*[:=]` +
    `|#[ \\t]*define[ \\t]+(?<macro>${IDENTIFIER}))`,
  'gmu',
);

/**
 * The names by which a text is looked for, apart from its path and title: the headings of Markdown as plain text; of
 * code, the types, functions and constants that it defines. Each once, in order: of the first 512 KB at most 200, with
 * at most 8,192 characters together. Undefined if there is none.
 */
export function headingsOf({
  path,
  content,
  language,
}: {
  path: string;
  content: string;
  language?: string | undefined;
}): readonly string[] | undefined {
  const text = content.slice(0, SEARCHED_CHARS);
  const found = isMarkdown(extensionOf(path))
    ? markdownHeadings(text.slice(findFrontMatter(text)?.end ?? (text.startsWith('\ufeff') ? 1 : 0)))
    : language !== undefined && !WITHOUT_DEFINITIONS.has(language)
      ? definitionsIn(text)
      : [];
  const headings = new Set<string>();
  let charsLeft = HEADINGS_MAX_CHARS;
  for (const one of found) {
    const heading = cutText(one.replace(/\s+/g, ' ').trim(), HEADING_MAX_CHARS);
    if (heading === '' || headings.has(heading)) continue;
    charsLeft -= heading.length;
    if (charsLeft < 0) break;
    headings.add(heading);
    if (headings.size === HEADINGS_MAX) break;
  }
  return headings.size === 0 ? undefined : [...headings];
}

function* definitionsIn(text: string): Generator<string> {
  for (const {groups} of text.matchAll(DEFINITION))
    yield groups!['defined'] ?? groups!['constant'] ?? groups!['macro']!;
}
