import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {Writable} from 'node:stream';
import type {AppContext, CommonOptions} from '../../src/app/context.ts';
import {rigEnvironment} from '../support/git-rig.ts';
import {generateRepository, type RepositoryShape} from './generate-repository.ts';
import {runGit} from './run-git.ts';

/** Everything of a run lies in one temporary directory, which goes with it. */
export class World implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'ctr-bench-'));
  /** For git, ctr, and all processes that a push starts: this machine's PATH and no other variable of it. */
  readonly env: NodeJS.ProcessEnv;
  /** A mirror of the measured repository. Nothing is written to the repository itself. */
  readonly source = join(this.root, 'source.git');
  /** Aborted to end the run early: running processes are killed, and no new ones are started. */
  readonly signal: AbortSignal;
  #count = 0;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    const home = join(this.root, 'home');
    mkdirSync(home);
    this.env = {...rigEnvironment(home), TMPDIR: tmpdir()};
  }

  /** The repository to measure is at `source` afterwards. */
  async putSource(repository: string | undefined, shape: RepositoryShape): Promise<void> {
    if (repository === undefined) await generateRepository(this.source, this.env['HOME']!, shape);
    else await this.git('clone', '--quiet', '--mirror', '--no-hardlinks', resolve(repository), this.source);
  }

  /** A name for a file or directory that is not there yet. */
  path(name: string): string {
    return join(this.root, `${++this.#count}-${name}`);
  }

  /** A mirror of `source`, the objects shared by hard links. */
  async mirror(): Promise<string> {
    const gitDir = this.path('mirror.git');
    await this.git('clone', '--quiet', '--mirror', this.source, gitDir);
    return gitDir;
  }

  git(...args: string[]): Promise<string> {
    return runGit(args, {env: this.env, cwd: this.root, signal: this.signal});
  }

  [Symbol.dispose](): void {
    rmSync(this.root, {recursive: true, force: true, maxRetries: 5});
  }
}

/** The world of a command that runs in this process and shows nothing. */
export function silentContext(env: NodeJS.ProcessEnv): AppContext {
  const nowhere = () => new Writable({write: (_chunk, _encoding, done) => done()});
  return {
    env,
    cwd: '/',
    stdout: nowhere(),
    stderr: nowhere(),
    isTerminal: {stdout: false, stderr: false},
    now: () => new Date(),
  };
}

/** The options of a command that names its repository and nothing else. */
export function optionsFor(gitDir: string): CommonOptions {
  return {repo: gitDir, json: false, quiet: true, verbose: false, flags: new Map()};
}
