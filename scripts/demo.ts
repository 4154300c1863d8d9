/**
 * `npm run demo`: mirrors a repository, installs ctr in the mirror, and shows a search, with the embedded backend.
 * Every command is printed before it runs, so that it can be typed again.
 *
 *     npm run demo                              this checkout, mirrored into demo.git
 *     npm run demo -- <repo.git> [query]        a bare repository, where it is
 *     npm run demo -- <directory|URL> [query]   anything that git can clone, mirrored into demo-<name>.git
 */
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, relative, resolve} from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CTR = 'bin/ctr.js';
const OWN_QUERY = 'bitmap';
/** Matches in any repository that holds a text file. */
const ANY_QUERY = 'type:text';
const FILES_SHOWN = '5';

/** A repository to index, and a query to search it with. */
interface Demo {
  /** The bare repository, as a command in the checkout names it. */
  readonly gitDir: string;
  /** The repository that `gitDir` mirrors; undefined where `gitDir` is the user's own. */
  readonly source: string | undefined;
  readonly query: string;
}

/** A command of ours has failed, and said why. */
class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

process.chdir(ROOT);
// A hook or an alias of Git may have started us: its GIT_DIR is not ours.
for (const name of Object.keys(process.env)) if (name.startsWith('GIT_')) delete process.env[name];
try {
  run(planDemo(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommandFailure)) throw error;
  process.exitCode = error.exitCode;
}

/** npm starts us in the checkout: what the caller named is seen from where the caller stands. */
function planDemo([named, ...words]: readonly string[]): Demo {
  if (named === undefined) return {gitDir: 'demo.git', source: '.', query: OWN_QUERY};
  const path = resolve(process.env.INIT_CWD ?? ROOT, named);
  const query = words.length > 0 ? words.join(' ') : ANY_QUERY;
  if (isBare(path)) return {gitDir: relative(ROOT, path) || path, source: undefined, query};
  const source = existsSync(path) ? path : named;
  const name = basename(source)
    .replace(/\.git$/, '')
    .replace(/[^\p{L}\p{N}._-]/gu, '-');
  return {gitDir: `demo-${name || 'repository'}.git`, source, query};
}

function run(demo: Demo): void {
  const {gitDir, source, query} = demo;
  if (source === undefined) execute('node', [CTR, 'install', gitDir]);
  else withSource(source, (from) => mirror(gitDir, from));
  const ref = isOnBranch(gitDir) ? [] : ['--ref', anyRef(gitDir)];
  const searched = ['search', '--repo', gitDir, ...ref, '--limit', FILES_SHOWN];
  execute('node', [CTR, ...searched, query]);
  sayWhatNext(demo);
}

/** The first time everything is cloned; after that only what is new is fetched, and indexed. */
function mirror(gitDir: string, from: string): void {
  if (existsSync(gitDir)) {
    execute('git', ['--git-dir', gitDir, 'fetch', '--quiet', '--prune', from, '+refs/*:refs/*']);
    execute('node', [CTR, 'install', gitDir]);
  } else {
    execute('node', [CTR, 'init', gitDir, '--from', from]);
  }
}

/** A checkout that came as an archive has no repository, a new one no commit: its documentation becomes one. */
function withSource(source: string, use: (from: string) => void): void {
  if (source !== '.' || hasCommit()) {
    use(source);
    return;
  }
  const made = mkdtempSync(join(tmpdir(), 'ctr-demo-'));
  try {
    say(`This checkout has no commits; its documentation becomes a repository: ${made}`);
    for (const name of ['README.md', 'docs']) cpSync(name, join(made, name), {recursive: true});
    const author = ['-c', 'user.name=ctr', '-c', 'user.email=ctr@localhost', '-c', 'commit.gpgSign=false'];
    execute('git', ['-C', made, 'init', '--quiet', '--initial-branch=main']);
    execute('git', ['-C', made, 'add', '.']);
    execute('git', ['-C', made, ...author, 'commit', '--quiet', '--message', 'Documentation']);
    use(made);
  } finally {
    rmSync(made, {recursive: true, force: true});
  }
}

function hasCommit(): boolean {
  // Without this, git would find a repository around the checkout.
  if (!existsSync('.git')) return false;
  return spawnSync('git', ['rev-parse', '--quiet', '--verify', 'HEAD']).status === 0;
}

function isBare(path: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(path, name)));
}

/** A checkout of a single commit, as build servers make it, has a HEAD that is no branch. */
function isOnBranch(gitDir: string): boolean {
  const {status, stdout} = spawnSync('git', ['--git-dir', gitDir, 'symbolic-ref', '--quiet', 'HEAD']);
  if (status !== 0) return false;
  const branch = stdout.toString().trimEnd();
  return spawnSync('git', ['--git-dir', gitDir, 'show-ref', '--quiet', '--verify', branch]).status === 0;
}

function anyRef(gitDir: string): string {
  const args = [
    '--git-dir',
    gitDir,
    'for-each-ref',
    '--count=1',
    '--sort=-committerdate',
    '--format=%(refname)',
  ];
  return spawnSync('git', args).stdout.toString().trimEnd() || 'HEAD';
}

/** Prints the command and runs it; when it fails, that is the end, with its own words and its exit code. */
function execute(command: string, args: readonly string[]): void {
  say(`$ ${[command, ...args].map(quoted).join(' ')}`);
  const {status, error} = spawnSync(command === 'node' ? process.execPath : command, args, {
    stdio: 'inherit',
  });
  if (error) process.stderr.write(`cannot start ${command}: ${error.message}\n`);
  if (status !== 0) throw new CommandFailure(status ?? 1);
}

function sayWhatNext({gitDir, source, query}: Demo): void {
  const ctr = (verb: string, ...rest: string[]) =>
    `node ${CTR} ${[verb, '--repo', quoted(gitDir), ...rest].join(' ')}`;
  const steps = [
    [ctr('ls', '-l'), 'what is on the default branch'],
    [ctr('log', '--limit', '5'), 'its latest commits'],
    [ctr('refs'), 'every branch and tag'],
    [ctr('search', '--ref', '<branch, tag or commit>', quoted(query)), ''],
  ];
  if (source === '.' && hasCommit()) {
    steps.push([`git push ${quoted(gitDir)} HEAD:refs/heads/try`, 'the hook indexes what is pushed']);
    steps.push([ctr('wait', 'try'), 'until it is']);
    steps.push([ctr('search', '--ref', 'try', quoted(query)), '']);
  }
  const widest = Math.max(...steps.map(([command = '']) => command.length));
  const lines = steps.map(
    ([command = '', why]) => `  ${why ? `${command.padEnd(widest)}  # ${why}` : command}`,
  );
  say(`Try next, in ${ROOT}:\n\n${lines.join('\n')}`);
  say('Your own repository: npm run demo -- <repo.git> [query]. Everything else: README.md.');
}

function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n`);
}
