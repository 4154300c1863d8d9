import {usualForm} from './fold-text.ts';

/** Longer patterns are refused by `parseQuery`. */
export const PATH_PATTERN_MAX_CHARS = 256;

/**
 * A part of a pattern. Both translations are made from tokens, so that they cannot differ.
 *
 * - `directories`: any number of whole components with their slashes, none included
 * - `anything`: any characters, slashes too
 * - `component`: any characters but slashes
 * - `one`: one character, not a slash
 * - `literal`: these characters, in their usual form and in any case
 */
type Token =
  | {readonly kind: 'directories' | 'anything' | 'component' | 'one'}
  | {readonly kind: 'literal'; readonly text: string};

interface Pattern {
  readonly tokens: readonly Token[];
  readonly isGlob: boolean;
  readonly isRooted: boolean;
  /** The pattern ends in a slash, and so at the end of a component. */
  readonly endsComponent: boolean;
}

/** A test for the paths of the pattern, in any case and form: composed or not, of any width. */
export function pathTest(pattern: string): (path: string) => boolean {
  const regExp = pathPatternToRegExp(pattern);
  return (path) => regExp.test(usualForm(path));
}

/**
 * A regular expression that matches the paths of the pattern in their usual form (`usualForm`), in any case. The rules are those of GitHub's code search:
 *
 *     docs        anywhere in the path, within a name too
 *     /docs       at the beginning of the path: docs/a, docs.md; `/docs/` for that directory only
 *     *.md  src/* a glob: begins at the start or after any slash, and ends at the end or before a slash;
 *                 so it may also match a directory above the file
 *     /src/*.c    a glob that begins at the start
 *
 * In a glob `*` is any text without slashes, `?` one character other than a slash, `**` any text; as a whole component
 * `**` is any number of directories, none included. No other character is special: no
 * brackets, no escapes.
 *
 * Costs at most the length of the pattern times that of the path, for any pattern: see `globSource`.
 */
export function pathPatternToRegExp(pattern: string): RegExp {
  const {tokens, isGlob, isRooted, endsComponent} = parsePattern(pattern);
  if (isGlob) return new RegExp(globSource(tokens, {isRooted, endsComponent}), 'u');
  const literal = tokens.map((token) =>
    token.kind === 'literal' ? literalSource(token.text, escapeForRegExp) : '',
  );
  return new RegExp(`${isRooted ? '^' : ''}${literal.join('')}`, 'u');
}

/**
 * The same as a Lucene regular expression, which always stands for the whole path. For a `regexp` query with
 * flags NONE; with or without `case_insensitive`, it means the same.
 */
export function pathPatternToLucene(pattern: string): string {
  const {tokens, isGlob, isRooted, endsComponent} = parsePattern(pattern);
  const source = tokens.map((token) => luceneSource(token)).join('');
  if (!isGlob) return `${isRooted ? '' : '.*'}${source}.*`;
  return `${isRooted ? '' : '(.*/)?'}${source}${endsComponent ? '.*' : '(/.*)?'}`;
}

/** The pattern of a path that stands for a name without slashes: a glob is the whole name, other text a part of it. */
export function namePattern(pattern: string): string {
  return /[*?]/.test(pattern) ? `/${pattern}` : pattern;
}

function parsePattern(pattern: string): Pattern {
  const isRooted = pattern.startsWith('/');
  const body = isRooted ? pattern.slice(1) : pattern;
  const isGlob = /[*?]/.test(body);
  const tokens: Token[] = [];
  for (const [part] of body.matchAll(/\*+|\?|[^*?]+/g)) tokens.push(...tokensOf(part, tokens));
  return {tokens, isGlob, isRooted, endsComponent: body.endsWith('/')};
}

function tokensOf(part: string, before: Token[]): Token[] {
  if (part === '?') return [{kind: 'one'}];
  if (part.startsWith('*')) return [{kind: part.length > 1 ? 'anything' : 'component'}];
  const last = before.at(-1);
  const isDirectories = part.startsWith('/') && last?.kind === 'anything' && beginsComponent(before.at(-2));
  if (!isDirectories) return [{kind: 'literal', text: usualForm(part)}];
  before[before.length - 1] = {kind: 'directories'};
  return part.length > 1 ? [{kind: 'literal', text: usualForm(part.slice(1))}] : [];
}

/** True if a component begins after this token. */
function beginsComponent(token: Token | undefined): boolean {
  if (token === undefined || token.kind === 'directories') return true;
  return token.kind === 'literal' && token.text.endsWith('/');
}

/**
 * A glob as a regular expression that never backtracks over more than one component.
 *
 * For the part between two stars, the first match is as good as any later one, because the later star takes the rest.
 * So each star with the part after it is an atomic group, written `(?=(...))\1` in JavaScript. This holds for `*` within a
 * component. `**` is whole components, then a `*`: for the part up to the next `**`, the first component that matches is
 * as good as any later one, so that is an atomic group, too.
 */
function globSource(
  tokens: readonly Token[],
  {isRooted, endsComponent}: {isRooted: boolean; endsComponent: boolean},
): string {
  const directories = '(?:[^/]*/)*?';
  const end = endsComponent ? '' : '(?=/|$)';
  let groups = 0;
  const sections = splitBefore(tokens, ({kind}) => kind === 'anything' || kind === 'directories');
  const sources = sections.map((section, index) => {
    // Groups are numbered by their opening parentheses: the section's own comes first.
    const outer = ++groups;
    const isLast = index === sections.length - 1;
    const pieces = splitBefore(withinComponents(section), ({kind}) => kind === 'component');
    const inner = pieces.map((piece, place) => {
      const source = piece.map(simpleSource).join('') + (isLast && place === pieces.length - 1 ? end : '');
      return piece[0]?.kind === 'component' ? `(?=(${source}))\\${++groups}` : source;
    });
    const isAnywhere = index > 0 || !isRooted;
    return `(?=(${isAnywhere ? directories : ''}${inner.join('')}))\\${outer}`;
  });
  return `^${sources.join('')}`;
}

/** The section after its leading `directories`, or after those that its leading `anything` includes. */
function withinComponents(section: readonly Token[]): readonly Token[] {
  const [first, ...rest] = section;
  if (first?.kind === 'directories') return rest;
  return first?.kind === 'anything' ? [{kind: 'component'}, ...rest] : section;
}

function simpleSource(token: Token): string {
  switch (token.kind) {
    case 'literal':
      return literalSource(token.text, escapeForRegExp);
    case 'component':
      return '[^/]*?';
    case 'one':
      return '[^/]';
    case 'anything':
    case 'directories':
      throw new TypeError(`${token.kind} begins a section`);
  }
}

function luceneSource(token: Token): string {
  switch (token.kind) {
    case 'literal':
      return literalSource(token.text, escapeForLucene);
    case 'component':
      return '[^/]*';
    case 'one':
      return '[^/]';
    case 'anything':
      return '.*';
    case 'directories':
      return '(.*/)?';
  }
}

/** The list cut before each token that `begins` a part. The first part may be empty. */
function splitBefore(tokens: readonly Token[], begins: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (begins(token)) parts.push([token]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/**
 * The text in any case. Spelled out, because the flags of the two engines differ beyond ASCII (Lucene before
 * version 10 supports ASCII only, JavaScript takes the Kelvin sign for a k).
 */
function literalSource(text: string, escaped: (character: string) => string): string {
  let source = '';
  for (const character of text) {
    const forms = new Set([character, character.toLowerCase(), character.toUpperCase()]);
    const cases = [...forms].filter((form) => Array.from(form).length === 1);
    source += cases.length > 1 ? `[${cases.join('')}]` : escaped(character);
  }
  return source;
}

function escapeForRegExp(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** Source: Lucene's RegExp; a backslash makes any character except letters and digits literal. */
function escapeForLucene(character: string): string {
  return /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character;
}
