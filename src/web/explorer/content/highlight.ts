import type {HLJSApi, LanguageFn} from 'highlight.js';
import core from 'highlight.js/lib/core';
import {languageNamed} from '../../../domain/languages.ts';
import {runWithin} from '../../../util/run-within.ts';

const CHARS_MAX = 150_000;
/** Of processor time. Some grammars take very long for some texts. */
const TIMEOUT_MS = 500;

/** Grammars whose language has the same name, or one of its other names. */
const GRAMMARS = `
  ada apache asciidoc awk bash c clojure cmake coffeescript cpp crystal csharp css d dart delphi diff
  dockerfile elixir elm erlang fortran fsharp glsl go gradle graphql groovy handlebars haskell ini java
  javascript json julia kotlin latex less lisp lua makefile markdown matlab nginx nim nix objectivec ocaml
  perl pgsql php powershell prolog protobuf python r ruby rust scala scheme scss sql swift tcl typescript
  vbnet verilog vhdl vim xml yaml
`
  .trim()
  .split(/\s+/);

/** Languages whose grammar has the name of another one. */
const LIKE: readonly (readonly [language: string, grammar: string])[] = [
  ['Assembly', 'x86asm'],
  ['Batchfile', 'dos'],
  ['Emacs Lisp', 'lisp'],
  ['Fortran Free Form', 'fortran'],
  ['HTML', 'xml'],
  ['JSON with Comments', 'json'],
  ['JSON5', 'json'],
  ['SVG', 'xml'],
  ['ShellSession', 'shell'],
  ['TOML', 'ini'],
  ['TSX', 'typescript'],
  ['Zig', 'rust'],
];

/** Where the grammar of a language is, by the language's name. Languages without one are shown plainly. */
const grammars = new Map([...GRAMMARS.map((name) => [languageNamed(name)!, name] as const), ...LIKE]);

/** Turns code into markup, all of it escaped; undefined where it cannot: too long, too slow, nothing known. */
export type Highlighter = (code: string) => string | undefined;

let highlighter: HLJSApi = core.newInstance();
const loaded = new Map<string, LanguageFn>();

/** The highlighter for a language by its name. Loads its grammar when it is first asked for. */
export async function openHighlighter(language: string | undefined): Promise<Highlighter> {
  const grammar = grammars.get(language ?? '');
  if (grammar === undefined) return () => undefined;
  if (!loaded.has(grammar)) {
    const module = (await import(`highlight.js/lib/languages/${grammar}`)) as {default: LanguageFn};
    loaded.set(grammar, module.default);
  }
  return (code) => highlight(code, grammar);
}

function highlight(code: string, grammar: string): string | undefined {
  if (code.length > CHARS_MAX) return undefined;
  const run = () => {
    if (!highlighter.getLanguage(grammar)) highlighter.registerLanguage(grammar, loaded.get(grammar)!);
    return highlighter.highlight(code, {language: grammar, ignoreIllegals: true}).value;
  };
  return runWithin(TIMEOUT_MS, run, renewHighlighter);
}

/** Replaces the highlighter after an interrupted run, which may leave it half compiled. */
export function renewHighlighter(): void {
  highlighter = core.newInstance();
}

/**
 * The lines of highlighted code, each whole in itself: what spans a line end is closed before it and opened again.
 * `markup`: escaped text and `<span class="...">` only, as highlight.js gives it.
 */
export function splitMarkup(markup: string): string[] {
  const lines: string[] = [];
  const open: string[] = [];
  let line = '';
  for (const part of markup.split(/(<span [^>]*>|<\/span>|\n)/)) {
    if (part === '\n') {
      lines.push(line + '</span>'.repeat(open.length));
      line = open.join('');
      continue;
    }
    if (part === '</span>') open.pop();
    else if (part.startsWith('<span ')) open.push(part);
    line += part;
  }
  lines.push(line);
  return lines;
}
