import assert from 'node:assert/strict';
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {hash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {deflateSync} from 'node:zlib';

/** An entry of a tree as a test writes it: git is not asked whether it likes it. */
export interface RigEntry {
  readonly mode: string;
  /** A Buffer for names that are not UTF-8. */
  readonly name: string | Buffer;
  readonly oid: string;
}

export interface RigCommit {
  /** Path to content, directories made as needed; or the tree's oid. */
  readonly tree?: string | Readonly<Record<string, string | Buffer>> | undefined;
  readonly parents?: readonly string[] | undefined;
  readonly message?: string | Buffer | undefined;
  /** As in the object: `A U Thor <author@example.com> 1700000000 +0200`. */
  readonly author?: string | Buffer | undefined;
  readonly committer?: string | Buffer | undefined;
  /** Header lines between the committer and the message, each with its newline. */
  readonly headers?: string | Buffer | undefined;
}

export interface GitRigOptions {
  readonly objectFormat?: 'sha1' | 'sha256' | undefined;
  readonly isBare?: boolean | undefined;
  /** Which git to test, for those who have several. */
  readonly gitBinary?: string | undefined;
  /** More for `git init`. */
  readonly initArgs?: readonly string[] | undefined;
}

const SIGNATURE = 'A U Thor <author@example.com> 1700000000 +0200';
const TIME = '1700000000 +0200';

/**
 * A repository of a test's own with a HOME of its own, no system or global configuration and fixed dates. Objects
 * are written straight into the object store, so that also those can be made that no git command would make.
 * Disposing of it removes everything.
 */
export class GitRig implements Disposable {
  /** The directory that holds everything. */
  readonly root: string;
  readonly home: string;
  readonly workTree: string;
  readonly gitDir: string;
  readonly objectFormat: 'sha1' | 'sha256';
  /** For git and all processes that start git. */
  readonly env: NodeJS.ProcessEnv;
  readonly #gitBinary: string;

  constructor(options: GitRigOptions = {}) {
    const {objectFormat = 'sha1', isBare = true, gitBinary = 'git', initArgs = []} = options;
    this.root = mkdtempSync(join(tmpdir(), 'ctr-git-'));
    this.home = join(this.root, 'home');
    this.workTree = join(this.root, isBare ? 'repo.git' : 'repo');
    this.gitDir = isBare ? this.workTree : join(this.workTree, '.git');
    this.objectFormat = objectFormat;
    this.env = rigEnvironment(this.home);
    this.#gitBinary = gitBinary;
    mkdirSync(this.home);
    const args = ['init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`, ...initArgs];
    this.run([...args, ...(isBare ? ['--bare'] : []), this.workTree]);
  }

  /** Git's stdout, without the last newline. Fails the test if git fails. */
  git(...args: string[]): string {
    return this.run([`--git-dir=${this.gitDir}`, ...args])
      .stdout.toString('utf8')
      .replace(/\n$/, '');
  }

  /** The same, as bytes, with something on stdin. */
  gitBytes(args: readonly string[], input?: string | Buffer): Buffer {
    return this.run([`--git-dir=${this.gitDir}`, ...args], {input}).stdout;
  }

  /** Runs git as it is told, anywhere. */
  run(
    args: readonly string[],
    options: {input?: string | Buffer | undefined; cwd?: string; env?: NodeJS.ProcessEnv} = {},
  ): SpawnSyncReturns<Buffer> {
    const result = spawnSync(this.#gitBinary, args, {
      cwd: options.cwd ?? this.root,
      env: {...this.env, ...options.env},
      input: options.input,
      maxBuffer: 1024 ** 3,
    });
    assert.equal(result.status, 0, `git ${args.join(' ')}: ${result.error ?? result.stderr?.toString()}`);
    return result;
  }

  /** Writes a loose object with any content. Returns its oid. */
  putObject(type: 'blob' | 'tree' | 'commit' | 'tag', content: string | Buffer): string {
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    const object = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
    const oid = hash(this.objectFormat, object);
    const path = this.looseObject(oid);
    if (existsSync(path)) return oid;
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, deflateSync(object, {level: 1}));
    return oid;
  }

  blob(content: string | Buffer): string {
    return this.putObject('blob', content);
  }

  /** A tree of these entries in this order, right or wrong. */
  tree(entries: readonly RigEntry[]): string {
    const parts = entries.flatMap(({mode, name, oid}) => [
      // Git writes 40000 for a directory, without the zero.
      Buffer.from(`${mode.replace(/^0/, '')} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(oid, 'hex'),
    ]);
    return this.putObject('tree', Buffer.concat(parts));
  }

  /** A tree of plain files, in git's order. */
  treeOf(files: Readonly<Record<string, string | Buffer>>): string {
    const entries: RigEntry[] = [];
    const directories = new Map<string, Record<string, string | Buffer>>();
    for (const [path, content] of Object.entries(files)) {
      const slash = path.indexOf('/');
      if (slash < 0) {
        entries.push({mode: '100644', name: path, oid: this.blob(content)});
        continue;
      }
      const directory = directories.get(path.slice(0, slash)) ?? {};
      directory[path.slice(slash + 1)] = content;
      directories.set(path.slice(0, slash), directory);
    }
    for (const [name, inside] of directories) entries.push({mode: '040000', name, oid: this.treeOf(inside)});
    return this.tree(entries.toSorted(byGitOrder));
  }

  commit(commit: RigCommit = {}): string {
    const {tree = {}, parents = [], author = SIGNATURE, committer = SIGNATURE, headers = ''} = commit;
    const treeOid = typeof tree === 'string' ? tree : this.treeOf(tree);
    const lines = [`tree ${treeOid}\n`, ...parents.map((oid) => `parent ${oid}\n`)];
    const parts = [...lines, 'author ', author, '\ncommitter ', committer, '\n', headers, '\n'];
    return this.putObject(
      'commit',
      Buffer.concat([...parts, commit.message ?? 'a commit\n'].map((part) => Buffer.from(part))),
    );
  }

  tag(target: string, {type = 'commit', name = 'tag'} = {}): string {
    return this.putObject(
      'tag',
      `object ${target}\ntype ${type}\ntag ${name}\ntagger T <t@e.org> ${TIME}\n\na tag\n`,
    );
  }

  setRef(name: string, oid: string): void {
    this.git('update-ref', name, oid);
  }

  /** Writes a ref's file with any content, at any place. */
  writeRefFile(name: string, content: string): void {
    const path = join(this.gitDir, name);
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, content);
  }

  /** Where a loose object lies, or would. */
  looseObject(oid: string): string {
    return join(this.gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
  }

  /** Feeds `git fast-import`, for repositories too large to write object by object. */
  fastImport(script: string | Buffer): void {
    this.gitBytes(
      ['fast-import', '--quiet', '--force', '--done'],
      Buffer.concat([Buffer.from(script), Buffer.from('done\n')]),
    );
  }

  /** A clone in the rig's own directory; its path. */
  clone(name: string, ...args: string[]): string {
    const path = join(this.root, name);
    this.run(['clone', '--quiet', ...args, `file://${this.gitDir}`, path]);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, {recursive: true, force: true, maxRetries: 3});
  }
}

/** The environment in which a test's git runs: this machine's PATH and nothing else of it. */
export function rigEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A U Thor',
    GIT_AUTHOR_EMAIL: 'author@example.com',
    GIT_AUTHOR_DATE: TIME,
    GIT_COMMITTER_NAME: 'C O Mitter',
    GIT_COMMITTER_EMAIL: 'committer@example.com',
    GIT_COMMITTER_DATE: TIME,
  };
}

/** Every item of the arrays that a stream gives. */
export async function collect<T>(arrays: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const array of arrays) items.push(...array);
  return items;
}

function byGitOrder(a: RigEntry, b: RigEntry): number {
  return Buffer.compare(sortKey(a), sortKey(b));
}

// Source: Git, read-cache.c, base_name_compare: a directory sorts as if its name ended in a slash.
function sortKey({name, mode}: RigEntry): Buffer {
  return Buffer.from(mode === '040000' ? `${name.toString()}/` : name);
}
