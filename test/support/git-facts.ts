import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {decodePath} from '../../src/domain/path.ts';

/** A line of `git ls-tree`, as `ctr ls` shows it. */
export interface GitEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly oid: string;
  readonly sizeBytes: number | null;
}

export interface GitRef {
  readonly name: string;
  readonly target: string;
  /** Null where the ref leads to no commit. */
  readonly commit: string | null;
}

const known = new Map<string, GitFacts>();

/**
 * Facts about a repository from Git. Commits never change while its shallow boundary stays: their history, files and
 * changes are read once.
 */
export function gitFacts(gitDir: string): GitFacts {
  const boundary = join(gitDir, 'shallow');
  const key = `${gitDir}\0${existsSync(boundary) ? readFileSync(boundary, 'latin1') : ''}`;
  const facts = known.get(key) ?? new GitFacts(gitDir);
  known.set(key, facts);
  return facts;
}

export class GitFacts {
  readonly #gitDir: string;
  readonly #commitOfTarget = new Map<string, string | null>();
  readonly #parents = new Map<string, readonly string[]>();
  readonly #trees = new Map<string, readonly GitEntry[]>();
  readonly #changedPaths = new Map<string, readonly string[]>();
  readonly #shownEntries = new Map<string, readonly string[]>();

  constructor(gitDir: string) {
    this.#gitDir = gitDir;
  }

  /** As they are now, in Git's order. */
  refs(): GitRef[] {
    const listed = lines(this.git(['for-each-ref', '--format=%(refname)%00%(objectname)']));
    const refs = listed.map((line) => line.split('\0') as [string, string]);
    this.#peel(refs.map(([, target]) => target).filter((target) => !this.#commitOfTarget.has(target)));
    return refs.map(([name, target]) => ({name, target, commit: this.#commitOfTarget.get(target) ?? null}));
  }

  /** All that the commits reach, themselves included, each before its parents where there is one tip. */
  reachedBy(tips: readonly string[]): string[] {
    this.#learnParents(tips);
    const reached = new Set<string>();
    const waiting = [...tips];
    for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
      if (reached.has(oid)) continue;
      reached.add(oid);
      waiting.push(...this.parentsOf(oid));
    }
    return [...reached];
  }

  /** Of a commit that `reachedBy` has named. */
  parentsOf(oid: string): readonly string[] {
    return this.#parents.get(oid) ?? assert.fail(`${oid} was not asked for`);
  }

  /** The recursive listing of a commit, without directories. */
  files(commit: string): GitEntry[] {
    return this.#tree(commit).filter(({type}) => type !== 'tree');
  }

  /** The listing of its root. */
  root(commit: string): GitEntry[] {
    return this.#tree(commit).filter(({path}) => !path.includes('/'));
  }

  /** The commits that differ at the path, or below it, from every parent. */
  thatChanged(commits: readonly string[], path: string): string[] {
    this.#ask(this.#changedPaths, commits, ['-c', '--name-only'], (fields) =>
      fields.map((field) => decodePath(Buffer.from(field, 'latin1'))),
    );
    return commits.filter((oid) =>
      this.#changedPaths.get(oid)!.some((changed) => changed === path || changed.startsWith(`${path}/`)),
    );
  }

  /** `mode oid path` of every entry that one of the commits adds to any of its parents, a root to nothing. */
  entriesAddedBy(commits: readonly string[]): Set<string> {
    this.#ask(this.#shownEntries, commits, ['-m', '--raw'], (fields) => {
      const added: string[] = [];
      for (let at = 0; at + 1 < fields.length; at += 2) {
        const [, mode, , oid, status] = fields[at]!.split(' ');
        if (status !== 'D') added.push(`${mode} ${oid} ${fields[at + 1]}`);
      }
      return added;
    });
    return new Set(commits.flatMap((oid) => this.#shownEntries.get(oid)!));
  }

  /** The blobs' contents by oid. */
  contents(oids: Iterable<string>): Map<string, Buffer> {
    const wanted = [...new Set(oids)];
    const output = wanted.length === 0 ? Buffer.of() : this.git(['cat-file', '--batch'], wanted);
    const contents = new Map<string, Buffer>();
    let at = 0;
    for (const oid of wanted) {
      const end = output.indexOf(10, at);
      const size = Number(output.subarray(at, end).toString().split(' ')[2]);
      contents.set(oid, output.subarray(end + 1, end + 1 + size));
      at = end + 1 + size + 1;
    }
    return contents;
  }

  git(args: readonly string[], input: readonly string[] = []): Buffer {
    const {status, stdout, stderr} = spawnSync('git', [`--git-dir=${this.#gitDir}`, ...args], {
      input: input.map((line) => `${line}\n`).join(''),
      maxBuffer: 2 ** 31 - 1,
    });
    assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  #peel(targets: readonly string[]): void {
    if (targets.length === 0) return;
    const names = targets.map((target) => `${target}^{}`);
    const peeled = lines(this.git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], names));
    for (const [i, target] of targets.entries()) {
      const [oid, type] = peeled[i]!.split(' ');
      // What is missing today may be there tomorrow.
      if (type !== undefined && type !== 'missing')
        this.#commitOfTarget.set(target, type === 'commit' ? oid! : null);
    }
  }

  #learnParents(tips: readonly string[]): void {
    const unknown = tips.filter((oid) => !this.#parents.has(oid));
    if (unknown.length === 0) return;
    for (const line of lines(this.git(['rev-list', '--parents', '--stdin'], unknown))) {
      const [oid, ...parents] = line.split(' ');
      this.#parents.set(oid!, parents);
    }
  }

  #tree(commit: string): readonly GitEntry[] {
    const tree = this.#trees.get(commit) ?? readTree(this.#gitDir, commit, ['-r', '-t']);
    this.#trees.set(commit, tree);
    return tree;
  }

  /** Asks `diff-tree` about those commits that `answers` does not know. */
  #ask<T>(
    answers: Map<string, T>,
    commits: readonly string[],
    options: readonly string[],
    parse: (fields: string[]) => T,
  ): void {
    const asked = commits.filter((oid) => !answers.has(oid));
    if (asked.length === 0) return;
    const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--always', '--no-renames', ...options];
    const fields = this.git(args, asked).toString('latin1').split('\0').slice(0, -1);
    const found = new Map<string, string[]>(asked.map((oid) => [oid, []]));
    let current: string[] = [];
    for (const field of fields) {
      // A merge has a header for each of its parents.
      if (found.has(field)) current = found.get(field)!;
      else current.push(field);
    }
    for (const [oid, ofCommit] of found) answers.set(oid, parse(ofCommit));
  }
}

/** `git ls-tree`, as `ctr ls` shows it. */
export function readTree(gitDir: string, revision: string, args: readonly string[]): GitEntry[] {
  const output = new GitFacts(gitDir).git(['ls-tree', '-z', '-l', '--full-tree', ...args, revision]);
  return split(output, 0).map((line) => {
    const tab = line.indexOf(9);
    const [mode = '', type = '', oid = '', size = '-'] = line.subarray(0, tab).toString().split(/ +/);
    return {
      path: decodePath(line.subarray(tab + 1)),
      mode,
      type,
      oid,
      sizeBytes: size === '-' ? null : Number(size),
    };
  });
}

function lines(output: Buffer): string[] {
  return output.toString().split('\n').filter(Boolean);
}

function split(output: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(separator, at);
    parts.push(output.subarray(at, end));
    at = end + 1;
  }
  return parts;
}
