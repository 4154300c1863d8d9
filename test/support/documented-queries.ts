/** A repository in which every query of the documentation finds something, and what that is. */

type Files = Readonly<Record<string, string | Buffer>>;

/** The commit that the tag v1.0 names. */
export const RELEASE: Files = {
  'a file.md': 'The path of docs is long.\n',
  'big.txt': 'lorem ipsum\n'.repeat(100_000),
  'bin/run': '#!/usr/bin/env python3\npass\n',
  'code.txt': [
    'if (ready) {',
    '{"type": "module"}',
    'std::vector http://x foo:bar',
    'hello -m -1',
    'C:\\temp => { say "hi"',
    '',
  ].join('\n'),
  'docs.md': 'A word about nothing.\n',
  'docs/a.md': '# Errors\n\nError handling: some words in a row, or a retry with backoff.\n',
  'docs/old.md': 'A deprecated error; the test of one more retry.\n',
  'empty.txt': '',
  'logo.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'medium.txt': 'dolor sit\n'.repeat(150),
  'menu/Cafe\u0301.txt': 'tea\n',
  'menu/caf\u00e9 au lait.txt': 'milk\n',
  'menu/ガイド.txt': 'map\n',
  'names.txt': [
    'getUserName HTTPServer parseJSONString',
    'sha256Hash v1.4.2 2026-01-15T10:20:30Z',
    'URLs OAuth UTF-8',
    'snake_case obj.name a-b',
    '',
  ].join('\n'),
  'setup.py': 'print("hello")\n',
  'site.tar.gz': Buffer.from('1f8b080000000000', 'hex'),
  'src/docs.txt': 'We retried it, and some text matches a regex.\n',
  'src/lib/a.ts': 'export class RetryPolicy {\n  next = () => {\n    return delay;\n  };\n}\n',
  'src/lib/test/b.ts': 'export {};\n',
  'src/main.c': 'int foo(int x);\n',
  'src/user.ts': 'export function getUserName(id: number): string {\n  return "user " + id;\n}\n',
  'src/view.tsx': 'export {};\n',
  'usr.txt': '/usr/bin/env\n',
  'world.txt': 'Zürich and Straße\nDocker를 JSONом 检索 ภาษาไทย\n',
  'x/src/b.c': 'int y;\n',
};

/** On `main`, after the release. */
export const MAIN: Files = {'docs/new.md': 'Unheard of.\n'};
/** Whose author is Ada, as on the branches. */
export const MAIN_SUBJECT = 'fix #1: the retry of x';
/** On branches that begin at the release. */
export const BRANCHES: Readonly<Record<string, Files>> = {
  next: {'src/next.ts': 'export {};\n'},
  retry: {'docs/errors.md': 'Requests are repeated with exponential backoff.\n'},
};

/** What a query of the documentation finds in HEAD. */
export interface Expected {
  /** The query that is asked: the documented one, or one that it is a part of. */
  readonly ask?: string;
  /** Another branch. */
  readonly ref?: string;
  readonly paths?: readonly string[] | ((path: string) => boolean);
  /** In this order. */
  readonly isOrdered?: boolean;
  /** Found in these repositories, where all are asked. */
  readonly repositories?: readonly string[];
  /** It is about commits, and finds those with these subjects, newest first. */
  readonly commits?: readonly string[];
  /** Refused with this. */
  readonly refusal?: RegExp;
  /** The only note of the answer. */
  readonly note?: RegExp;
  readonly unknownFilter?: string;
}

const fits = (pattern: RegExp) => ({paths: (path: string) => pattern.test(path)});
const by = (...commits: string[]) => ({commits});
const at = (...paths: string[]) => ({paths});
const NAMES = at('names.txt');
const USER_NAMES = at('names.txt', 'src/user.ts');
const WORLD = at('world.txt');
const CODE = at('code.txt');
const TYPESCRIPT = fits(/\.tsx?$/);
const BINARY = at('logo.png', 'site.tar.gz');
const ERROR_HANDLING = at('docs/a.md');

export const EXPECTED: Readonly<Record<string, Expected>> = {
  // Words
  word: at('docs.md'),
  'error handling': ERROR_HANDLING,
  '"error handling"': ERROR_HANDLING,
  'handl*': ERROR_HANDLING,
  '"some words"': ERROR_HANDLING,
  '"some wor"*': ERROR_HANDLING,
  'wor*': at('docs.md', 'docs/a.md', 'world.txt'),
  'error -deprecated': ERROR_HANDLING,
  '-deprecated': {paths: (path) => path !== 'docs/old.md'},
  retry: at('docs/a.md', 'docs/old.md', 'src/lib/a.ts'),
  retried: at('src/docs.txt'),
  'retr*': at('docs/a.md', 'docs/old.md', 'src/docs.txt', 'src/lib/a.ts'),
  'class RetryPolicy': at('src/lib/a.ts'),
  'a OR b': at(
    'a file.md',
    'docs.md',
    'docs/a.md',
    'docs/old.md',
    'names.txt',
    'src/docs.txt',
    'src/lib/a.ts',
    'src/lib/test/b.ts',
    'x/src/b.c',
  ),
  '(a OR b) c': at('x/src/b.c'),
  '(retry OR backoff) -test': at('docs/a.md', 'src/lib/a.ts'),
  'retry OR (backoff -test)': at('docs/a.md', 'docs/old.md', 'src/lib/a.ts'),
  snake_case: NAMES,
  'obj.name': NAMES,
  'a-b': NAMES,
  zurich: WORLD,
  strasse: WORLD,
  docker: WORLD,
  json: at('names.txt', 'world.txt'),
  检: WORLD,
  ไทย: WORLD,
  getUserName: USER_NAMES,
  getusername: USER_NAMES,
  'user name': USER_NAMES,
  'get user': USER_NAMES,
  userName: USER_NAMES,
  user_name: USER_NAMES,
  username: at(),
  HTTPServer: NAMES,
  httpserver: NAMES,
  server: NAMES,
  parseJSONString: NAMES,
  jsonstring: at(),
  sha256Hash: NAMES,
  sha256: NAMES,
  hash: NAMES,
  'v1.4.2': NAMES,
  '1.4.2': NAMES,
  v1: NAMES,
  '15T10': NAMES,
  URLs: NAMES,
  OAuth: NAMES,
  utf8: NAMES,
  'UTF-8': NAMES,
  // Pasted text
  'if (ready) {': CODE,
  '{"type": "module"}': CODE,
  '-m': CODE,
  '-1': at('code.txt', 'names.txt'),
  'std::vector': CODE,
  'http://x': CODE,
  'C:\\temp': CODE,
  'foo:bar': {...CODE, unknownFilter: 'foo'},
  'path: docs': {...at('a file.md'), note: /^path: has no value right behind the colon/},
  '/usr/bin/env': at('bin/run', 'usr.txt'),
  // Exactly these characters
  'sub:text': at('src/docs.txt'),
  'sub:"=> {"': at('code.txt', 'src/lib/a.ts'),
  [`sub:'say "hi"'`]: CODE,
  '/regex/': at('src/docs.txt'),
  '/[0-9]+/': at('bin/run', 'code.txt', 'names.txt'),
  '/fo+\\(/': at('src/main.c'),
  'case:yes': {ask: 'sub:Error case:yes', ...at('docs/a.md')},
  // Paths
  'path:x': fits(/x/),
  'name:x': fits(/x[^/]*$/),
  'path:docs': fits(/docs/),
  '-path:docs': fits(/^(?!.*docs)/),
  'path:/docs': fits(/^docs/),
  'path:/docs/': fits(/^docs\//),
  'path:*.md': fits(/\.md$/),
  'name:*.md': fits(/\.md$/),
  'path:src/*': fits(/(^|\/)src\//),
  'path:/src/**': fits(/^src\//),
  'path:/src/*.c': at('src/main.c'),
  'path:/src/**/test/*': at('src/lib/test/b.ts'),
  'path:/src/**/*.{ts,tsx}': fits(/^src\/.*\.tsx?$/),
  'path:*.{md,txt}': fits(/\.(md|txt)$/),
  'path:"a file.md"': at('a file.md'),
  'path:café': at('menu/Cafe\u0301.txt', 'menu/caf\u00e9 au lait.txt'),
  'path:ｶﾞｲﾄﾞ': at('menu/ガイド.txt'),
  // Other properties
  'ext:md': fits(/\.md$/),
  'ext:ts,tsx': TYPESCRIPT,
  'ext:gz': at('site.tar.gz'),
  'ext:tar.gz': {refusal: /not an extension/},
  'lang:typescript': fits(/\.ts$/),
  'lang:python': at('bin/run', 'setup.py'),
  'type:binary': BINARY,
  'is:unsearchable': BINARY,
  'is:empty': at('empty.txt'),
  'size:>1mb': at('big.txt'),
  'size:1kb..2kb': at('medium.txt'),
  // How and where
  'sort:path': {
    ask: 'ext:c,py sort:path',
    ...at('setup.py', 'src/main.c', 'x/src/b.c'),
    isOrdered: true,
  },
  'rev:v1.0': {paths: (path) => path !== 'docs/new.md'},
  'not-in:main': {ask: 'rev:next not-in:main', ...at('src/next.ts')},
  'only-in:next not-in:main': at('src/next.ts'),
  'added-since:v1.0': at('docs/new.md'),
  'repo:docs-*': {ask: 'word repo:docs-*', repositories: ['docs-handbook']},
  '-repo:x': {ask: 'word -repo:x', repositories: ['docs-handbook', 'repo']},
  // Commits
  'author:ada': by(MAIN_SUBJECT),
  '-author:bot': by(MAIN_SUBJECT, 'release'),
  'fix author:ada': by(MAIN_SUBJECT),
  'message:"fix #1"': by(MAIN_SUBJECT),
  'message:fix': by(MAIN_SUBJECT),
  'message:x': by(MAIN_SUBJECT),
  'after:2026-01-01': by(),
  'after:2026-01-31': by(),
  'before:2026-01-01': by(MAIN_SUBJECT, 'release'),
  'before:2026-01-31': by(MAIN_SUBJECT, 'release'),
  'changed:docs': by(MAIN_SUBJECT, 'release'),
  'changed:docs/a.md': by('release'),
  'type:commit': by(MAIN_SUBJECT, 'release'),
  'type:commit fix retry': by(MAIN_SUBJECT),
  'sub:"=> {" type:commit': by('release'),
  'only-in:next not-in:main author:ada': by('next'),
  // Commands
  'ctr search error handling': {ask: 'error handling', ...ERROR_HANDLING},
  "ctr search -- '-path:docs'": {ask: '-path:docs', ...fits(/^(?!.*docs)/)},
  "ctr search 'error -deprecated'": {ask: 'error -deprecated', ...ERROR_HANDLING},
  "ctr search 'user name' lang:typescript": {ask: 'user name lang:typescript', ...at('src/user.ts')},
  "ctr search --repo /srv/git/site.git 'some words'": {ask: 'some words', ...ERROR_HANDLING},
  "ctr search --all /srv/git 'some words'": {
    ask: 'some words',
    repositories: ['docs-handbook', 'repo'],
  },
  'ctr search --ref retry exponential': {ask: 'exponential', ref: 'retry', ...at('docs/errors.md')},
  'ctr search --json --ref retry exponential': {ask: 'exponential', ref: 'retry', ...at('docs/errors.md')},
};

/** Code in the same pages that is no query: names, parts of clauses, other programs. */
export const NO_QUERIES: ReadonlySet<string> = new Set(
  String.raw`
    -- | - | -i | --ref | --all | ctr search --all <root> | /api/v1/search | git grep | git grep -E | git grep -F -i |
    git grep -E -i | OR | AND | NOT | .md | ts | c++ | #!/usr/bin/env python3 | getUsername |
    text | binary | symlink | submodule | lfs | relevance | path | date | size | -size |
    > | >= | < | <= | kb | mb | gb | kib | mib | gib |
    is: | sub: | not-in: | ext: | lang: | type: | file: | f: | path: | filename: | name: | language: | l: | content: |
    branch: | rev: | r: | repo: | author: | message: | only-in: | added-since: | name <email> | "2 weeks ago" |
    ctr log <path> | ctr log -S | \t | \d | ^ | $ | \/ | **/ | * | ? | ** | {a,b} |
    docs/a.md | docs.md | src/docs.txt | src/lib/a.ts | x/src/b.c | scan | scan.isComplete | notSearchable | unanswered
  `
    .trim()
    .split(/\s*\|\s+/),
);
