import {cutText} from './cut-text.ts';
import {extensionOf} from './entry.ts';
import {type FrontMatterField, findFrontMatter, frontMatterTitle} from './front-matter.ts';

const TITLE_MAX_CHARS = 512;
const SEARCHED_CHARS = 64 * 1024;
/** A heading longer than this is cut before its markup is removed. */
const HEADING_MAX_CHARS = 4 * TITLE_MAX_CHARS;

const MARKDOWN = ['md', 'markdown', 'mdx', 'mdown', 'mkd'];

const TITLE_FINDERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  ...Object.fromEntries(MARKDOWN.map((extension) => [extension, markdownTitle])),
  adoc: asciidocTitle,
  asciidoc: asciidocTitle,
  asc: asciidocTitle,
  html: htmlTitle,
  htm: htmlTitle,
  xhtml: htmlTitle,
};

/**
 * The title of a document: its front matter's title, else the first heading of Markdown and AsciiDoc, the
 * `<title>` or first heading of HTML, within the first 64 KB. On one line, without markup, at most 512
 * characters. Undefined if there is none.
 */
export function titleOf({
  path,
  content,
  fields,
}: {
  path: string;
  content: string;
  fields: readonly FrontMatterField[];
}): string | undefined {
  const title = frontMatterTitle(fields) ?? headingOf(path, content);
  const line = title === undefined ? '' : cutText(title, HEADING_MAX_CHARS).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : cutText(line, TITLE_MAX_CHARS).trimEnd();
}

function headingOf(path: string, content: string): string | undefined {
  const extension = extensionOf(path);
  if (!Object.hasOwn(TITLE_FINDERS, extension)) return undefined;
  const start = findFrontMatter(content)?.end ?? (content.startsWith('\ufeff') ? 1 : 0);
  return TITLE_FINDERS[extension]!(content.slice(start, start + SEARCHED_CHARS));
}

/** True for the extensions of Markdown. */
export function isMarkdown(extension: string): boolean {
  return MARKDOWN.includes(extension);
}

function markdownTitle(text: string): string | undefined {
  return markdownHeadings(text).next().value;
}

/** The headings of a Markdown text without its front matter, in order, as plain text; not those in comments and code. */
export function* markdownHeadings(text: string): Generator<string, undefined> {
  let fence: string | undefined;
  let before = '';
  for (const line of withoutComments(text).split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      continue;
    }
    fence = mark;
    const heading = /^ {0,3}#{1,6}[ \t](.*)$/s.exec(line)?.[1];
    const isUnderline = before.trim() !== '' && /^ {0,3}(?:=+|--+)[ \t]*\r?$/.test(line);
    const title = heading === undefined ? '' : plainMarkdown(withoutClosingMarks(heading, '#'));
    if (title !== '') yield title;
    if (isUnderline && /^ {0,3}[^\s>#|*+-]/.test(before)) yield plainMarkdown(before);
    before = mark === undefined ? line : '';
  }
}

function asciidocTitle(text: string): string | undefined {
  let block: string | undefined;
  let before = '';
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    // Two-line titles: the underline is as long as the title, give or take two.
    const isUnderline = /^(?:={4,}|-{4,}|~{4,})$/.test(line) && Math.abs(line.length - before.length) <= 2;
    if (block === undefined && isUnderline && /^[^\s.[:/]/.test(before)) return before;
    const mark = /^(?:\/{4,}|-{4,}|\.{4,}|\+{4,}|={4,}|\*{4,}|_{4,})$/.exec(line)?.[0];
    if (mark !== undefined) {
      if (block === undefined) block = mark;
      else if (block === mark) block = undefined;
    }
    const heading = block === undefined ? /^[=#]{1,6}[ \t]+(\S.*)$/s.exec(line) : null;
    if (heading !== null) return heading[1];
    before = line;
  }
  return undefined;
}

function htmlTitle(text: string): string | undefined {
  const visible = withoutComments(text);
  const title = elementText(visible, /<title(?=[\s>])/i, '</title');
  if (title !== undefined) return title;
  for (const level of [1, 2, 3, 4, 5, 6]) {
    const heading = elementText(visible, new RegExp(`<h${level}(?=[\\s>])`, 'i'), `</h${level}`);
    if (heading !== undefined) return heading;
  }
  return undefined;
}

/** The text of the first such element, without the elements in it; undefined if it is empty. */
function elementText(html: string, opening: RegExp, closing: string): string | undefined {
  const start = html.search(opening);
  const open = start < 0 ? -1 : html.indexOf('>', start);
  if (open < 0) return undefined;
  const rest = html.slice(open + 1, open + 1 + HEADING_MAX_CHARS);
  const close = rest.toLowerCase().indexOf(closing);
  const text = close < 0 ? rest : rest.slice(0, close);
  const plain = decodeEntities(text.replace(/<[^<>]*>/g, '')).trim();
  return plain === '' ? undefined : plain;
}

/** The text without comments; an unclosed one hides the rest, as in a browser. */
function withoutComments(text: string): string {
  let visible = '';
  let from = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', from)) {
    visible += text.slice(from, start);
    const end = text.indexOf('-->', start + 4);
    if (end < 0) return visible;
    from = end + 3;
  }
  return visible + text.slice(from);
}

function withoutClosingMarks(heading: string, mark: string): string {
  const trimmed = heading.trim();
  let end = trimmed.length;
  while (end > 0 && trimmed[end - 1] === mark) end--;
  const isClosing = end === 0 || /\s/.test(trimmed[end - 1]!);
  return isClosing ? trimmed.slice(0, end).trim() : trimmed;
}

/** A heading without links, pictures, code marks, emphasis and elements. */
function plainMarkdown(heading: string): string {
  const text = cutText(heading, HEADING_MAX_CHARS)
    .replace(/!\[[^[\]]*\]\([^()]*\)/g, '')
    .replace(/\[([^[\]]*)\](?:\([^()]*\)|\[[^[\]]*\])/g, '$1')
    .replace(/<[^<>]*>/g, '')
    .replace(/(?<!\\)[*`]|(?<![\p{L}\p{N}\\])_+|_+(?![\p{L}\p{N}_])/gu, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return decodeEntities(text).trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  copy: '©',
  gt: '>',
  hellip: '…',
  lt: '<',
  mdash: '—',
  middot: '·',
  nbsp: ' ',
  ndash: '–',
  quot: '"',
  raquo: '»',
};

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,16}));/g, (entity, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : entity;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isCharacter = code > 0x1f && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : ' ';
  });
}
