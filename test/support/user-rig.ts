import assert from 'node:assert/strict';
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {until} from './ctr-rig.ts';
import {listProcessesIn} from './serve-rig.ts';
import {GROUP, GROUPS, USERS, type User} from './servers/other-users.ts';

export const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/**
 * A bare repository of one user, and others who work with it, each with a home and a clone. Everything runs in
 * processes of its own: a process that acts as the owner stays the owner.
 */
export class UserRig implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'ctr-users-'));
  readonly gitDir = join(this.root, 'repo.git');

  readonly owner: 'ada' | 'bob';

  constructor({shared, owner = 'ada'}: {shared?: string; owner?: 'ada' | 'bob'} = {}) {
    this.owner = owner;
    openPath(this.root);
    for (const user of ['root', 'ada', 'bob', 'www'] as const) {
      mkdirSync(this.#home(user));
      // Git reads a repository of another user only if the configuration says so.
      writeFileSync(
        join(this.#home(user), '.gitconfig'),
        `[safe]\n\tdirectory = *\n[user]\n\tname = ${user}\n\temail = a@b\n`,
      );
      chownSync(this.#home(user), USERS[user], GROUPS[user]);
    }
    mkdirSync(this.gitDir);
    chownSync(this.gitDir, USERS[owner], GROUP);
    const how = shared === undefined ? [] : [`--shared=${shared}`];
    this.run(owner, 'git', ['init', '--quiet', '--bare', '--initial-branch=main', ...how, this.gitDir]);
    for (const user of ['root', 'ada', 'bob'] as const) {
      this.run(user, 'git', ['init', '--quiet', '--initial-branch=main', this.#clone(user)]);
    }
  }

  /** Runs a program as the user, and fails the test when it does. */
  run(user: User, program: string, args: readonly string[], umask = 0o022): string {
    const result = this.try(user, program, args, umask);
    assert.equal(result.status, 0, `${program} ${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  }

  try(user: User, program: string, args: readonly string[], umask = 0o022): SpawnSyncReturns<string> {
    const script = `umask ${umask.toString(8)}; exec "$0" "$@"`;
    return spawnSync('/bin/sh', ['-c', script, program, ...args], {
      cwd: this.root,
      uid: USERS[user],
      gid: GROUPS[user],
      env: this.env(user),
      encoding: 'utf8',
    });
  }

  env(user: User): NodeJS.ProcessEnv {
    return {PATH: process.env['PATH'], HOME: this.#home(user), LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1'};
  }

  ctr(user: User, verb: string, ...args: string[]): string {
    return this.run(user, process.execPath, this.ctrArgs(verb, ...args));
  }

  tryCtr(user: User, verb: string, ...args: string[]): SpawnSyncReturns<string> {
    return this.try(user, process.execPath, this.ctrArgs(verb, ...args));
  }

  /** For Node: ctr, on the repository. */
  ctrArgs(verb: string, ...args: string[]): string[] {
    return [CTR, verb, '--repo', this.gitDir, ...args];
  }

  status(user: User = 'ada') {
    return JSON.parse(this.ctr(user, 'status', '--json')) as {
      upToDate: boolean;
      hookProblem: string | null;
      queue: {notes: number};
      access: {path: string; problem: string; hint: string}[];
    };
  }

  /** A commit of the user's, pushed to a branch of that name. */
  push(user: Exclude<User, 'www'>, {umask = 0o022, branch = user as string, to = this.gitDir} = {}): void {
    const git = (...args: string[]) => this.run(user, 'git', ['-C', this.#clone(user), ...args], umask);
    git('commit', '--quiet', '--allow-empty', '--message', `${branch} ${Math.random()}`);
    git('push', '--quiet', to, `HEAD:refs/heads/${branch}`);
  }

  /** Resolves when the index shows every push, and no process works on it any more. */
  async assertIndexed(): Promise<void> {
    await until(() => this.status().queue.notes === 0, 'the queue to drain');
    await until(() => listProcessesIn(this.gitDir).length === 0, 'the workers to end');
    assert.equal(this.status().upToDate, true);
  }

  /** Everything below the repository, with its owner, group and permissions; links have none. */
  listFiles(
    directory = this.gitDir,
  ): {path: string; uid: number; gid: number; mode: number; isDirectory: boolean}[] {
    return readdirSync(directory, {recursive: true, encoding: 'utf8'}).flatMap((name) => {
      const path = join(directory, name);
      const found = lstatSync(path);
      if (found.isSymbolicLink()) return [];
      const {uid, gid, mode} = found;
      return [{path, uid, gid, mode: mode & 0o7777, isDirectory: found.isDirectory()}];
    });
  }

  #home(user: User): string {
    return join(this.root, `home-${user}`);
  }

  #clone(user: User): string {
    return join(this.#home(user), 'clone');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await until(() => listProcessesIn(this.gitDir).length === 0, 'the workers to end');
    rmSync(this.root, {recursive: true, force: true, maxRetries: 5});
  }
}

/** Every user may pass through the folders above; the temporary folder of a test run is its user's alone. */
function openPath(path: string): void {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const {mode} = lstatSync(at);
    if ((mode & 0o001) === 0) chmodSync(at, (mode & 0o7777) | 0o011);
  }
}
