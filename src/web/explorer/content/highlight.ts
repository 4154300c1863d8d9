import type {HLJSApi, LanguageFn} from 'highlight.js';
import core from 'highlight.js/lib/core';
import {runWithin} from '../../../util/run-within.ts';

const CHARS_MAX = 150_000;
/** Of processor time. Some grammars take very long for some texts. */
const TIMEOUT_MS = 500;

/** Where the grammar of a language is, by the language's name. What is not here is shown plainly. */
const GRAMMARS: Readonly<Record<string, string>> = {
  Ada: 'ada',
  'Apache Configuration': 'apache',
  AsciiDoc: 'asciidoc',
  Assembly: 'x86asm',
  Awk: 'awk',
  Batchfile: 'dos',
  C: 'c',
  'C#': 'csharp',
  'C++': 'cpp',
  CMake: 'cmake',
  CSS: 'css',
  Clojure: 'clojure',
  CoffeeScript: 'coffeescript',
  'Common Lisp': 'lisp',
  Crystal: 'crystal',
  D: 'd',
  Dart: 'dart',
  Diff: 'diff',
  Dockerfile: 'dockerfile',
  Elixir: 'elixir',
  Elm: 'elm',
  'Emacs Lisp': 'lisp',
  Erlang: 'erlang',
  'F#': 'fsharp',
  Fortran: 'fortran',
  'Fortran Free Form': 'fortran',
  GLSL: 'glsl',
  Go: 'go',
  GraphQL: 'graphql',
  Gradle: 'gradle',
  Groovy: 'groovy',
  HTML: 'xml',
  Handlebars: 'handlebars',
  Haskell: 'haskell',
  INI: 'ini',
  JSON: 'json',
  'JSON with Comments': 'json',
  JSON5: 'json',
  Java: 'java',
  JavaScript: 'javascript',
  Julia: 'julia',
  Kotlin: 'kotlin',
  Less: 'less',
  Lua: 'lua',
  MATLAB: 'matlab',
  Makefile: 'makefile',
  Markdown: 'markdown',
  Nginx: 'nginx',
  Nim: 'nim',
  Nix: 'nix',
  OCaml: 'ocaml',
  'Objective-C': 'objectivec',
  PHP: 'php',
  PLpgSQL: 'pgsql',
  Pascal: 'delphi',
  Perl: 'perl',
  PowerShell: 'powershell',
  Prolog: 'prolog',
  'Protocol Buffer': 'protobuf',
  Python: 'python',
  R: 'r',
  Ruby: 'ruby',
  Rust: 'rust',
  SCSS: 'scss',
  SQL: 'sql',
  SVG: 'xml',
  Scala: 'scala',
  Scheme: 'scheme',
  Shell: 'bash',
  ShellSession: 'shell',
  Swift: 'swift',
  TOML: 'ini',
  TSX: 'typescript',
  Tcl: 'tcl',
  TeX: 'latex',
  TypeScript: 'typescript',
  VHDL: 'vhdl',
  Verilog: 'verilog',
  'Vim Script': 'vim',
  'Visual Basic .NET': 'vbnet',
  XML: 'xml',
  YAML: 'yaml',
  Zig: 'rust',
};

/** Turns code into markup, all of it escaped; undefined where it cannot: too long, too slow, nothing known. */
export type Highlighter = (code: string) => string | undefined;

let highlighter: HLJSApi = core.newInstance();
const loaded = new Map<string, LanguageFn>();

/** The highlighter for a language by its name. Loads its grammar when it is first asked for. */
export async function openHighlighter(language: string | undefined): Promise<Highlighter> {
  const grammar =
    language !== undefined && Object.hasOwn(GRAMMARS, language) ? GRAMMARS[language] : undefined;
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
