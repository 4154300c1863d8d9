import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {createHash, randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {buffer, text} from 'node:stream/consumers';
import {setTimeout as nextTurn} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {HandlerStatus} from '../../src/events/handler-queue.ts';
import {openQueue} from '../../src/queue/notes.ts';
import {openIndex} from '../../src/store/open-stores.ts';
import {rigEnvironment} from './git-rig.ts';
import {assertEqualsGit, type OracleSample} from './oracle.ts';
import {type CtrRun, type CtrWorld, ctrJson, runCtr} from './run-ctr.ts';
import {describeWith, opensearchUrl, s3} from './servers/require.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/** Housekeeping happens where a test asks for it: git would start several processes after each commit and push. */
const GIT_CONFIG = `
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautogc = false
\tdenyDeleteCurrent = ignore
`;

/** Where index and objects are; the mixed ones prove that the two are independent. */
export type Backend = 'embedded' | 'servers' | 'SQLite and S3' | 'OpenSearch and files';

/** Registers `fn` once for each backend; the servers' part fails or is announced as skipped where they are missing. */
export function describeBackends(name: string, fn: (backend: Backend) => void): void {
  describeWith([], `${name}, embedded`, () => fn('embedded'));
  describeWith(['opensearch', 's3'], `${name}, OpenSearch and S3`, () => fn('servers'));
}

/**
 * A bare repository, a clone to push from, and ctr on one backend: all of a test's own. Disposing of it removes
 * everything, in the servers too.
 */
export class CtrRig implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'ctr-e2e-'));
  readonly gitDir = join(this.root, 'repo.git');
  readonly work = join(this.root, 'work');
  /** For git, ctr, and all processes that a push starts. */
  readonly env: NodeJS.ProcessEnv;
  readonly #isOnServers: boolean;
  #time = 1_700_000_000;
  #config: {stamp: string; values: ReadonlyMap<string, string>} | undefined;

  constructor(backend: Backend, {objectFormat = 'sha1'}: {objectFormat?: 'sha1' | 'sha256'} = {}) {
    this.#isOnServers = backend !== 'embedded';
    const home = join(this.root, 'home');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), GIT_CONFIG);
    this.env = {
      ...rigEnvironment(home),
      TMPDIR: tmpdir(),
      ...serverSettings(backend),
    };
    const init = ['init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`];
    this.#run([...init, '--bare', this.gitDir], this.root);
    this.#run([...init, this.work], this.root);
    this.git('remote', 'add', 'origin', this.gitDir);
  }

  /** Runs git in the clone, one second later than the call before. */
  git(...args: string[]): string {
    return this.#run(args, this.work).stdout.toString().trimEnd();
  }

  /** Runs git with something on its stdin. */
  gitInput(args: readonly string[], input: string | Buffer): string {
    const result = spawnSync('git', args, {cwd: this.work, env: this.env, input, maxBuffer: 2 ** 30});
    assert.equal(result.status, 0, `git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.toString().trimEnd();
  }

  /** Changes settings in the bare repository's own config; undefined takes one out. */
  configure(settings: Readonly<Record<string, string | undefined>>): void {
    for (const [key, value] of Object.entries(settings)) {
      this.git(
        '--git-dir',
        this.gitDir,
        'config',
        ...(value === undefined ? ['--unset-all', key] : [key, value]),
      );
    }
  }

  /** The index is at another address, as if it had been there from the beginning: for servers that cannot be reached. */
  readdress(url: string | undefined): void {
    this.configure({'ctr.index.url': url});
    if (this.setting('ctr.store') !== undefined) this.configure({'ctr.store': undefined});
  }

  /** Merges another branch into the present one; conflicts are committed as they stand. */
  merge(other: string, ...options: string[]): void {
    const {status} = this.#spawn(['merge', '--quiet', '--no-edit', ...options, other], this.work);
    if (status !== 0) this.commit(`conflicts with ${other}`);
  }

  /** Writes files into the clone; undefined deletes one. */
  write(files: Readonly<Record<string, string | Buffer | undefined>>): void {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.work, path);
      if (content === undefined) {
        rmSync(file);
        continue;
      }
      mkdirSync(dirname(file), {recursive: true});
      writeFileSync(file, content);
    }
  }

  /** In the clone nothing stands in the way of this file: no file where a directory belongs, nor the other way. */
  makeWay(path: string): void {
    const parts = path.split('/');
    for (let depth = 1; depth <= parts.length; depth++) {
      const at = join(this.work, ...parts.slice(0, depth));
      const isWrong = existsSync(at) && statSync(at).isDirectory() !== depth < parts.length;
      if (isWrong) rmSync(at, {recursive: true});
    }
  }

  /** Writes files and commits everything; the commit's oid. */
  commit(message: string, files: Readonly<Record<string, string | Buffer | undefined>> = {}): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.#readHead();
  }

  /** The oid that HEAD leads to, where a commit has just been made: its branch is a file of its own then. */
  #readHead(): string {
    const read = (name: string) => readFileSync(join(this.work, '.git', name), 'utf8').trimEnd();
    const head = read('HEAD');
    return head.startsWith('ref: ') ? read(head.slice('ref: '.length)) : head;
  }

  /** A real push to the bare repository, hook and all. */
  push(...refspecs: string[]): void {
    this.git('push', '--quiet', '--force', 'origin', ...refspecs);
  }

  /** Git's stderr, which has the output of hooks. */
  gitSays(...args: string[]): string {
    return this.#run(args, this.work).stderr.toString();
  }

  /** Resolves when no note waits, and no worker of this repository runs any more. */
  async assertQueueDrains(): Promise<void> {
    await until(async () => (await this.countNotes()) === 0, 'the queue to drain');
    await this.assertWorkerEnded();
  }

  /** How many documents of each kind the index holds, asked of the store itself. */
  async countDocuments(): Promise<{entries: number; commits: number; refs: number}> {
    const [id, url, name] = ['ctr.id', 'ctr.index.url', 'ctr.index.name'].map((key) => this.setting(key));
    const location = {
      url: url ?? 'embedded',
      name: name!,
      timeoutMs: 60_000,
      directory: join(this.gitDir, 'ctr'),
    };
    await using store = await openIndex(location);
    // Counts are of what queries see.
    await store.refresh();
    const {entries, commits, refs} = await store.count(id!);
    return {entries, commits, refs};
  }

  /** A setting in force: the environment's, else the repository's. Undefined where the default holds. */
  setting(key: string): string | undefined {
    const variable = key.replace(/[A-Z]/g, '_$&').toUpperCase().replaceAll('.', '_');
    // As `git config --list` spells it.
    return this.env[variable] ?? this.#readConfig().get(key.toLowerCase());
  }

  /** The repository's own config; git is asked again when it has changed. */
  #readConfig(): ReadonlyMap<string, string> {
    const {mtimeNs, size} = statSync(join(this.gitDir, 'config'), {bigint: true});
    const stamp = `${mtimeNs} ${size}`;
    if (this.#config?.stamp !== stamp) {
      const output = this.git('--git-dir', this.gitDir, 'config', '--local', '--list', '-z');
      const lines = output.split('\0').filter(Boolean);
      const values = new Map(
        lines.map((line): [string, string] => {
          const end = line.indexOf('\n');
          return [line.slice(0, end), line.slice(end + 1)];
        }),
      );
      this.#config = {stamp, values};
    }
    return this.#config.values;
  }

  /** Changes with every write to the index, told by the engine itself. */
  async readWriteMark(): Promise<unknown> {
    const url = this.setting('ctr.index.url') ?? 'embedded';
    if (url === 'embedded') {
      const file = realpathSync(join(this.gitDir, 'ctr', 'index.db'));
      const files = [file, `${file}-wal`].filter(existsSync);
      return files.map((file) => createHash('sha1').update(readFileSync(file)).digest('hex'));
    }
    const response = await fetch(`${url}/${this.setting('ctr.index.name')}-*/_stats/indexing`);
    const {_all} = (await response.json()) as {
      _all: {primaries: {indexing: {index_total: number; delete_total: number}}};
    };
    return [_all.primaries.indexing.index_total, _all.primaries.indexing.delete_total];
  }

  async countNotes(): Promise<number> {
    return openQueue(join(this.gitDir, 'ctr', 'queue')).countNotes();
  }

  /** The log of the workers so far; the first one may not have begun. */
  readWorkerLog(): string {
    const log = join(this.gitDir, 'ctr', 'log', 'worker.log');
    return existsSync(log) ? readFileSync(log, 'utf8') : '';
  }

  /** Resolves when no worker of this repository runs. */
  async assertWorkerEnded(): Promise<void> {
    await until(() => !this.isWorkerRunning(), 'the worker to end');
  }

  isWorkerRunning(): boolean {
    return this.findProcesses('--worker').length > 0;
  }

  /** Resolves when no event waits, and no delivery runs any more. */
  async assertEventsDelivered(): Promise<void> {
    await until(
      async () => (await this.readEventStatus()).every(({waiting}) => waiting === 0),
      'the events to be delivered',
    );
    await this.assertDelivererEnded();
  }

  /** Resolves when an event has failed so often, and the delivery that tried it has ended. */
  async assertEventsFailed(attempts = 1): Promise<void> {
    await until(
      async () => (await this.readEventStatus()).some((handler) => handler.attempts >= attempts),
      `the events to fail ${attempts} times`,
    );
    await this.assertDelivererEnded();
  }

  /** For a delivery that was seen to run: a process that has just been started has no command line yet. */
  async assertDelivererEnded(): Promise<void> {
    await until(() => this.findProcesses('deliver').length === 0, 'the deliverer to end');
  }

  async readEventStatus(): Promise<readonly HandlerStatus[]> {
    return (await this.json<{events: HandlerStatus[]}>('status')).events;
  }

  /** Processes of ctr on this repository that were started with this word: told by all command lines. */
  findProcesses(word: string): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const isOurs = (words: string[]) => words.includes(word) && words.includes(this.gitDir);
    return pids.filter((pid) => isOurs(readCommandLine(pid).split('\0'))).map(Number);
  }

  /** Runs ctr on the bare repository; fails the test when it does. */
  async ctr(...args: string[]): Promise<CtrRun> {
    const run = await this.tryCtr(...args);
    assert.equal(run.code, 0, `ctr ${args.join(' ')}: ${run.stderr}`);
    return run;
  }

  /** Runs `bin/ctr.js` in a process of its own. */
  async spawnCtr(
    args: readonly string[],
    {env = this.env, cwd = this.gitDir}: CtrWorld = {},
  ): Promise<CtrRun> {
    const child = spawn(process.execPath, [CTR, ...args], {env, cwd, stdio: ['ignore', 'pipe', 'pipe']});
    const [stdout, stderr, [code]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return {code: code as number, stdout, stderr};
  }

  /** The JSON that `bin/ctr.js` writes, in a process of its own. */
  async spawnJson<T>(...args: string[]): Promise<T> {
    const {code, stdout, stderr} = await this.spawnCtr(args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout.toString()) as T;
  }

  async tryCtr(...args: string[]): Promise<CtrRun> {
    return runCtr(args, {env: this.env, cwd: this.gitDir});
  }

  async json<T>(...args: string[]): Promise<T> {
    return ctrJson<T>(args, {env: this.env, cwd: this.gitDir});
  }

  async install(...args: string[]): Promise<void> {
    await this.ctr('install', ...args);
  }

  /** Installs, and keeps the hook from running: for tests that choose themselves when a sync runs. */
  async installWithoutHook(...args: string[]): Promise<void> {
    await this.install(...args);
    this.git('--git-dir', this.gitDir, 'config', 'core.hooksPath', '/dev/null');
  }

  /** The last line of `ctr sync --json`. */
  async sync(): Promise<SyncReport> {
    const {stdout} = await this.ctr('sync', '--json');
    return JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as SyncReport;
  }

  /** Readers see exactly the state of Git. */
  async assertEqualsGit(sample?: OracleSample): Promise<void> {
    await assertEqualsGit(this.gitDir, {env: this.env, cwd: this.gitDir}, sample);
  }

  #spawn(args: readonly string[], cwd: string) {
    const date = `${this.#time++} +0200`;
    const env = {...this.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date};
    return spawnSync('git', args, {cwd, env, maxBuffer: 2 ** 30});
  }

  #run(args: readonly string[], cwd: string) {
    const result = this.#spawn(args, cwd);
    assert.equal(result.status, 0, `git ${args.join(' ')}: ${result.stderr}`);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Files in the repository are deleted with it, once no process writes there any more.
    try {
      if (this.#isOnServers) await this.tryCtr('uninstall', '--purge');
      else await this.assertWorkerEnded();
    } finally {
      rmSync(this.root, {recursive: true, force: true, maxRetries: 5});
    }
  }
}

/** Resolves when the condition holds; gives up after two minutes. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    assert.ok(performance.now() - startedAt < 120_000, `waited too long for ${what}`);
    await nextTurn(20);
  }
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export interface SyncReport {
  readonly moves: readonly {readonly kind: string; readonly name: string}[];
  readonly rewritten: readonly string[];
  readonly head?: {readonly from: string | null; readonly to: string | null};
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly objectsWritten: number;
  readonly refsWritten: number;
  readonly entriesRemoved: number;
  readonly commitsRemoved: number;
  readonly objectsRemoved: number;
  readonly failures: readonly {readonly kind: string; readonly name: string; readonly reason: string}[];
}

function serverSettings(backend: Backend): NodeJS.ProcessEnv {
  const index = () => ({CTR_INDEX_URL: opensearchUrl(), CTR_INDEX_NAME: `e2e-${randomUUID()}`});
  const objects = () => {
    const {url, accessKey, secretKey} = s3();
    return {
      CTR_OBJECTS_URL: url,
      CTR_OBJECTS_BUCKET: 'ctr-e2e',
      CTR_OBJECTS_ACCESS_KEY: accessKey,
      CTR_OBJECTS_SECRET_KEY: secretKey,
    };
  };
  switch (backend) {
    case 'embedded':
      return {};
    case 'servers':
      return {...index(), ...objects()};
    case 'SQLite and S3':
      return objects();
    case 'OpenSearch and files':
      return index();
  }
}
