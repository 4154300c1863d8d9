/** Files of three revisions of a repository, and what each query finds there. */

const GUIDE = `# Guide

Error handling: a request that fails is retried.
Every retry waits longer; see RetryPolicy.

| Option | Default |
|---|---|
| limit | 5 |
`;

const RETRY = `import {sleep} from './sleep.js';

export class RetryPolicy {
  constructor(limit = 5) {
    this.limit = limit;
  }
  next = (tries) => {
    if (tries > this.limit) throw new Error('error timeout: giving up');
    return tries * 100;
  };
}
`;

const TEST = `import {RetryPolicy} from '../src/retry.ts';

test('RetryPolicy', () => {
  if (ready) {
    const limit = 5;
  }
});
`;

const ERRORS = Array.from({length: 99}, (_, at) =>
  at === 79 ? 'an error timeout here' : `error ${at}`,
).join('\n');

export const FIRST: Readonly<Record<string, string | Buffer>> = {
  'README.md': '# Project\n\nlaunch 🚀 with `git commit -m "first message"`\n',
  'docs/guide.md': GUIDE,
  'src/retry.ts': RETRY,
  'src/sleep.js':
    'export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));\r\nx => x + 1\r\n',
  'test/retry.test.ts': TEST,
  'package.json': '{"type": "module"}\n',
  'web/page.html': '<html>\n<script src="a.js"></script>\n</html>\n',
  'data/errors.log': ERRORS,
  'data/empty.txt': '',
  'data/latin.txt': Buffer.from('caf\xe9 society\n', 'latin1'),
  'logo.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'i18n/zh.txt': '错误处理：请求失败\n',
  'i18n/el.txt': 'ΣΊΣΥΦΟΣ σίσυφος\nKelvin K and ſ\n',
};

export const SECOND: Readonly<Record<string, string | undefined>> = {
  'docs/guide.md': `${GUIDE}\nbackoff doubles\n`,
  'docs/new.md': 'backoff strategy\n',
  'data/errors.log': undefined,
};

/** On another branch from the first. */
export const OTHER: Readonly<Record<string, string>> = {
  'src/branch.py': '#!/usr/bin/env python3\ndef retry():\n    pass\n',
  'docs/guide.md': 'short guide\n',
  'bin/build': '#!/bin/sh\nmake all\n',
  'bin/start': '#!/usr/bin/env -S node --no-warnings\nserve();\n',
  'i18n/Cafe\u0301-ｶﾞｲﾄﾞ.txt': 'menu\n',
};

const NEW_AT_OTHER = ['bin/build', 'bin/start', 'docs/guide.md', 'i18n/Cafe\u0301-ｶﾞｲﾄﾞ.txt', 'src/branch.py'];

/** A query, the paths that it finds at the first commit (`at`: at another), and, where given, the lines of the first. */
export interface Row {
  readonly query: string;
  readonly paths: readonly string[];
  readonly at?: 'first' | 'second' | 'other';
  readonly lines?: Readonly<Record<string, readonly number[]>>;
  /** Lines of one file at most; default: 1000. */
  readonly linesMax?: number;
  /** The path of the best hit. */
  readonly best?: string;
}

const TS = ['src/retry.ts', 'test/retry.test.ts'];

export const ROWS: readonly Row[] = [
  // Words
  {query: 'retried', paths: ['docs/guide.md'], lines: {'docs/guide.md': [3]}},
  {query: 'RETRIED', paths: ['docs/guide.md']},
  {query: 'retried', paths: [], at: 'other'},
  {query: '"error handling"', paths: ['docs/guide.md']},
  {query: '"handling error"', paths: []},
  {query: 'handling error', paths: ['docs/guide.md']},
  {query: 'retri*', paths: ['docs/guide.md']},
  {query: '"every ret"*', paths: ['docs/guide.md']},
  {query: 'tries', paths: ['src/retry.ts']},
  {query: 'error timeout', paths: ['src/retry.ts', 'data/errors.log']},
  {query: '错误', paths: ['i18n/zh.txt']},
  {query: '理错', paths: []},
  {query: 'σίσυφος', paths: ['i18n/el.txt'], lines: {'i18n/el.txt': [1]}},
  {query: 'societe', paths: []},
  {query: 'CAFÉ', paths: ['data/latin.txt']},
  {query: 'cafe', paths: ['data/latin.txt']},
  // Names: the path, the title and headings
  {query: 'readme', paths: ['README.md'], best: 'README.md'},
  {query: 'README', paths: ['README.md'], best: 'README.md'},
  {query: 'logo', paths: ['logo.png']},
  {query: 'logo png', paths: ['logo.png']},
  {query: 'logo -png', paths: []},
  {query: 'web page', paths: ['web/page.html']},
  {query: '"retry test"', paths: ['test/retry.test.ts']},
  {query: 'i18n', paths: ['i18n/el.txt', 'i18n/zh.txt']},
  {query: 'packa*', paths: ['package.json']},
  {query: '"docs gui"*', paths: ['docs/guide.md']},
  {query: 'RetryPolicy', paths: ['docs/guide.md', ...TS], best: 'src/retry.ts'},
  {query: 'guide', paths: ['docs/guide.md'], best: 'docs/guide.md'},
  {query: 'sleep', paths: ['src/retry.ts', 'src/sleep.js'], best: 'src/sleep.js'},
  {query: 'branch', paths: ['src/branch.py'], at: 'other'},
  {query: 'new strategy', paths: ['docs/new.md'], at: 'second'},
  // Operators
  {query: 'retried OR tries', paths: ['docs/guide.md', 'src/retry.ts']},
  {query: 'retried OR tries OR society', paths: ['docs/guide.md', 'src/retry.ts', 'data/latin.txt']},
  {query: '(retried OR tries) error', paths: ['docs/guide.md', 'src/retry.ts']},
  {query: '(retried OR tries) -handling', paths: ['src/retry.ts']},
  {query: 'error -(handling OR timeout)', paths: []},
  {query: 'error -(handling timeout)', paths: ['docs/guide.md', 'src/retry.ts', 'data/errors.log']},
  {query: 'limit NOT guide', paths: TS},
  {query: 'limit AND ready', paths: ['test/retry.test.ts']},
  {query: 'handling OR (timeout tries)', paths: ['docs/guide.md', 'src/retry.ts']},
  {
    query: '-(path:src OR path:test OR path:docs OR path:data OR path:i18n OR path:web)',
    paths: ['README.md', 'logo.png', 'package.json'],
  },
  {query: 'or retried', paths: []},
  // Pasted text
  {query: 'const limit = 5;', paths: ['test/retry.test.ts']},
  {query: 'if (ready) {', paths: ['test/retry.test.ts']},
  {query: 'x => x + 1', paths: ['src/sleep.js']},
  {query: '{"type": "module"}', paths: ['package.json']},
  {query: 'git commit -m "first message"', paths: ['README.md']},
  {query: 'launch 🚀', paths: ['README.md']},
  {query: '| limit | 5 |', paths: ['docs/guide.md', 'src/retry.ts', 'test/retry.test.ts']},
  {query: '<script src="a.js"></script>', paths: ['web/page.html']},
  {query: "throw new Error('error timeout: giving up');", paths: ['src/retry.ts']},
  {query: "import {sleep} from './sleep.js';", paths: ['src/retry.ts']},
  {query: 'export class RetryPolicy {', paths: ['src/retry.ts']},
  {query: '  constructor(limit = 5) {', paths: ['src/retry.ts']},
  {query: 'this.limit = limit;', paths: ['src/retry.ts']},
  {query: 'if (tries > this.limit) throw new Error(', paths: ['src/retry.ts']},
  {query: 'return tries * 100;', paths: ['src/retry.ts']},
  {query: "test('RetryPolicy', () => {", paths: ['test/retry.test.ts']},
  {query: 'new Promise((done) => setTimeout(done, ms));', paths: ['src/sleep.js']},
  {query: '# Guide', paths: ['docs/guide.md']},
  {query: '</html>', paths: ['web/page.html']},
  {query: '错误处理：请求失败', paths: ['i18n/zh.txt']},
  // Filters
  {query: 'path:docs', paths: ['docs/guide.md']},
  {query: 'path:docs', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'path:/src/', paths: ['src/retry.ts', 'src/sleep.js']},
  {query: 'path:*.{ts,js}', paths: ['src/retry.ts', 'src/sleep.js', 'test/retry.test.ts']},
  {query: 'path:{docs,web}/*', paths: ['docs/guide.md', 'web/page.html']},
  {query: 'file:retry f:src', paths: ['src/retry.ts']},
  {query: '-file:retry ext:ts', paths: []},
  {query: 'name:retry', paths: TS},
  {query: 'name:retry.*', paths: TS},
  {query: 'name:*.ts', paths: TS},
  {query: 'name:src', paths: []},
  {query: 'name:README.md', paths: ['README.md']},
  {query: 'ext:ts', paths: TS},
  {query: 'ext:ts ext:js', paths: [...TS, 'src/sleep.js']},
  {query: 'ext:ts,js -path:test', paths: ['src/retry.ts', 'src/sleep.js']},
  {query: 'lang:typescript', paths: TS},
  {query: 'lang:typescript lang:javascript', paths: [...TS, 'src/sleep.js']},
  {query: 'language:html', paths: ['web/page.html']},
  {query: 'lang:python', paths: ['src/branch.py'], at: 'other'},
  {query: 'lang:shell', paths: ['bin/build'], at: 'other'},
  {query: 'lang:js', paths: ['bin/start', 'src/sleep.js'], at: 'other'},
  {query: 'lang:js,shell path:/bin/', paths: ['bin/build', 'bin/start'], at: 'other'},
  {query: 'type:binary', paths: ['logo.png']},
  {query: 'is:binary', paths: ['logo.png']},
  {query: 'is:unsearchable', paths: ['logo.png']},
  {query: 'is:empty', paths: ['data/empty.txt']},
  {query: 'size:0', paths: ['data/empty.txt']},
  {query: 'size:>500 -ext:md', paths: ['data/errors.log']},
  {query: 'size:>1kb', paths: []},
  {query: 'size:1..19b', paths: ['package.json', 'logo.png', 'data/latin.txt']},
  {query: 'size:<20 -is:binary -is:empty', paths: ['package.json', 'data/latin.txt']},
  {query: 'retry -path:test', paths: ['docs/guide.md', 'src/retry.ts']},
  {query: 'limit lang:typescript path:test', paths: ['test/retry.test.ts']},
  // Substrings
  {query: 'sub:"=> {"', paths: TS, lines: {'src/retry.ts': [7], 'test/retry.test.ts': [3]}},
  {query: 'sub:</script', paths: ['web/page.html'], lines: {'web/page.html': [2]}},
  {query: 'sub:=>', paths: ['src/retry.ts', 'src/sleep.js', 'test/retry.test.ts']},
  {query: 'sub:RETRYPOLICY', paths: ['docs/guide.md', ...TS]},
  {query: 'sub:RETRYPOLICY case:yes', paths: []},
  {query: 'sub:RetryPolicy case:yes -path:docs', paths: TS},
  {query: '-sub:RetryPolicy ext:ts', paths: []},
  {query: '-sub:e', paths: ['data/empty.txt', 'i18n/zh.txt', 'logo.png', 'web/page.html']},
  {query: 'sub:"a b c d"', paths: []},
  {query: 'sub:🚀', paths: ['README.md']},
  {query: 'sub:理：', paths: ['i18n/zh.txt']},
  {query: 'sub:ΣΊΣΥΦΟς', paths: ['i18n/el.txt'], lines: {'i18n/el.txt': [1]}},
  {query: 'sub:é', paths: ['data/latin.txt']},
  {query: `sub:'commit -m "first'`, paths: ['README.md']},
  {query: '(sub:"=> {" OR sub:</script) -path:test', paths: ['src/retry.ts', 'web/page.html']},
  {query: 'content:module', paths: ['package.json']},
  // Regular expressions
  {query: '/^export (class|const)/', paths: ['src/retry.ts', 'src/sleep.js'], lines: {'src/retry.ts': [3]}},
  {query: '/error \\d+$/', paths: ['data/errors.log']},
  {query: '/retr(y|ied)/ -ext:ts', paths: ['docs/guide.md'], lines: {'docs/guide.md': [3, 4]}},
  {query: '/RETRYPOLICY/', paths: ['docs/guide.md', ...TS]},
  {query: '/RETRYPOLICY/ case:yes', paths: []},
  {query: '-/./', paths: ['data/empty.txt', 'logo.png']},
  {query: '/a.c/ OR /setTimeout\\(done/', paths: ['src/sleep.js']},
  {query: 'sub:import sub:sleep', paths: ['src/retry.ts']},
  {query: 'sub:import -sub:sleep', paths: ['test/retry.test.ts']},
  {query: '/import/ /sleep/', paths: ['src/retry.ts']},
  {query: 'NOT (sub:import OR sub:e)', paths: ['data/empty.txt', 'i18n/zh.txt', 'logo.png', 'web/page.html']},
  {query: 'retry sub:"=> {"', paths: TS},
  {query: 'path:src sub:limit', paths: ['src/retry.ts'], lines: {'src/retry.ts': [4, 5, 8]}},
  {query: 'sub:limit case:yes ext:md', paths: ['docs/guide.md'], lines: {'docs/guide.md': [8]}},
  {query: 'sub:backoff', paths: []},
  {query: 'sub:backoff', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'sub:backoff -path:guide', paths: ['docs/new.md'], at: 'second'},
  {query: '/^backoff (doubles|strategy)$/', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: '/^def \\w+/', paths: ['src/branch.py'], at: 'other'},
  {query: '/python[23]?$/', paths: ['src/branch.py'], at: 'other'},
  {query: '/[一-龥]{4}：/', paths: ['i18n/zh.txt']},
  {query: '/kelvin \\pL/', paths: ['i18n/el.txt']},
  {query: '/\\x{1F680}/', paths: ['README.md']},
  {query: 'short guide', paths: ['docs/guide.md'], at: 'other'},
  {query: 'retry', paths: ['src/branch.py', ...TS], at: 'other'},
  {query: 'retry -retry', paths: []},
  {query: 'guide (limit OR default) -(ready OR tries)', paths: ['docs/guide.md']},
  {query: '((retried) (error))', paths: ['docs/guide.md']},
  {query: 'NOT NOT retried', paths: ['docs/guide.md']},
  {query: 'retried ready', paths: []},
  {query: 'ext:md OR ext:html', paths: ['README.md', 'docs/guide.md', 'web/page.html']},
  {query: 'ext:md -path:docs', paths: ['README.md']},
  {query: 'path:"docs/guide.md"', paths: ['docs/guide.md']},
  {query: 'path:/docs', paths: ['docs/guide.md']},
  {query: 'path:**/*.test.ts', paths: ['test/retry.test.ts']},
  {query: 'path:?rc/*', paths: ['src/retry.ts', 'src/sleep.js']},
  {query: 'PATH:SRC', paths: ['src/retry.ts', 'src/sleep.js']},
  {query: 'name:*.{png,html}', paths: ['logo.png', 'web/page.html']},
  {query: 'name:guide', paths: ['docs/guide.md']},
  {query: 'filename:zh.txt', paths: ['i18n/zh.txt']},
  ...[
    'path:caf\u00e9',
    'path:cafe\u0301',
    'path:/i18n/CAF\u00c9*',
    'path:i18n/cafe\u0301-*',
    'name:caf\u00e9',
    'name:*ｶﾞｲﾄﾞ.txt',
    'name:caf?-???.txt',
    'path:ガイド',
    'path:**/*-ガ*.{md,txt}',
  ].map((query) => ({query, paths: ['i18n/Cafe\u0301-ｶﾞｲﾄﾞ.txt'], at: 'other' as const})),
  {query: 'path:cafe-', paths: [], at: 'other'},
  {query: 'path:カイト', paths: [], at: 'other'},
  {query: 'type:text ext:txt', paths: ['data/empty.txt', 'data/latin.txt', 'i18n/el.txt', 'i18n/zh.txt']},
  {query: 'type:text type:binary name:logo', paths: ['logo.png']},
  {query: 'ext:nothing', paths: []},
  {query: 'size:0..0', paths: ['data/empty.txt']},
  {query: 'size:>=16 size:<=19', paths: ['package.json', 'logo.png']},
  {query: 'rev:first only', paths: []},
  {query: 'rev:other short', paths: ['docs/guide.md']},
  {query: 'branch:other lang:python', paths: ['src/branch.py']},
  {query: 'rev:first rev:second path:data/errors.log', paths: ['data/errors.log']},
  {query: 'not-in:first', paths: []},
  {query: 'not-in:first', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'added-since:other path:docs', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'added-since:first not-in:other backoff', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'sort:path retry', paths: ['docs/guide.md', ...TS]},
  {query: 'sort:-size ext:ts', paths: TS},
  // Lines: those with most clauses
  {
    query: 'error timeout path:data',
    paths: ['data/errors.log'],
    linesMax: 1,
    lines: {'data/errors.log': [80]},
  },
  {
    query: '(error OR sub:timeout) path:data',
    paths: ['data/errors.log'],
    linesMax: 3,
    lines: {'data/errors.log': [1, 2, 80]},
  },
  // Where
  {query: 'rev:second backoff', paths: ['docs/guide.md', 'docs/new.md']},
  {query: 'rev:first rev:other guide path:docs/guide.md', paths: ['docs/guide.md', 'docs/guide.md']},
  {query: 'only-in:second not-in:first', paths: ['docs/guide.md', 'docs/new.md']},
  {query: 'only-in:other not-in:main', paths: ['data/errors.log', ...NEW_AT_OTHER]},
  {query: 'only-in:other not-in:first', paths: NEW_AT_OTHER},
  {query: 'only-in:other', paths: NEW_AT_OTHER},
  {query: 'added-since:first', paths: ['docs/guide.md', 'docs/new.md'], at: 'second'},
  {query: 'not-in:second', paths: ['data/errors.log', 'docs/guide.md']},
];

/** A query that answers as Git does. */
export interface Pattern {
  readonly query: string;
  /** The arguments for `git grep`. */
  readonly grep: readonly string[];
}

const sub = (text: string): Pattern => ({query: `sub:"${text}"`, grep: ['-F', '-i', '-e', text]});
const exact = (text: string): Pattern => ({query: `sub:"${text}" case:yes`, grep: ['-F', '-e', text]});
const regex = (pattern: string): Pattern => ({
  query: `/${pattern}/`,
  grep: ['-E', '-i', '-e', pattern.replaceAll('\\/', '/')],
});
const cased = (pattern: string): Pattern => ({query: `/${pattern}/ case:yes`, grep: ['-E', '-e', pattern]});

export const PATTERNS: readonly Pattern[] = [
  ...[
    'retry',
    'RETRY',
    'Retry',
    'error',
    'imit',
    '=>',
    '=> {',
    '{',
    ');',
    '();',
    '| 5 |',
    '</',
    '...',
    ' ',
    '  ',
    '-',
    '#',
  ].map(sub),
  ...[
    'retry',
    'RETRY',
    'Retry',
    'sleep',
    'EXPORT',
    'GUIDE',
    '# G',
    'error timeout',
    'no such text',
    '🚀',
    '错误',
    'ΣΊΣ',
  ].map(exact),
  ...[
    'retr(y|ied)',
    '^import',
    ';$',
    '\\{$',
    '^$',
    '^[a-z]',
    '[0-9]+',
    '[[:digit:]]{2}',
    'e.*e.*e',
    '(a|b)c?',
  ].map(regex),
  ...[
    '\\(limit',
    'x|y',
    '\\.js',
    'error [0-9]$',
    'error [0-9]?[05]$',
    '.',
    'e',
    '\\bthe\\b',
    '\\w+\\(',
    'a\\/b',
  ].map(regex),
  ...[
    '[A-Z][a-z]+[A-Z]',
    '^export',
    '^Export',
    'Retry(Policy)?',
    '[^ -~]',
    '错.*理',
    '\\$',
    'done\\)\\);',
    '1$',
  ].map(cased),
];
