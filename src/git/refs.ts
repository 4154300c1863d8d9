import {decodePath} from '../domain/path.ts';
import {CtrError} from '../util/ctr-error.ts';
import {readLines} from './git-lines.ts';
import {feed, joinLines, runGit, spawnGit} from './git-process.ts';
import {assertOid, oidLength} from './oid.ts';
import type {GitRepository} from './repository.ts';

/** The current refs of a repository. */
export interface RefListing {
  /** Full name of the branch that HEAD names, even one that has no commit yet; absent when HEAD is detached. */
  readonly head?: string | undefined;
  /**
   * Full name (as `decodePath` gives it) to the oid of the ref: for an annotated tag, that of the tag object.
   * A symbolic ref has the oid of its target; a dangling one is omitted. In git's order. The object may be missing.
   */
  readonly refs: ReadonlyMap<string, string>;
  /** Names of refs that git cannot read: their file is damaged, or git refuses the name. */
  readonly broken: readonly string[];
}

/** The commit that an oid leads to when all tags are followed, or the reason why there is none. */
export type PeeledTarget =
  | {readonly commit: string}
  | {
      readonly reason: string;
      /** The object is missing or unreadable: the repository is damaged. */
      readonly isMissing: boolean;
    };

/**
 * The repository's refs. No object is read: a missing one does not hide the others.
 * @throws CtrError REPOSITORY
 */
export async function readRefs(repo: GitRepository): Promise<RefListing> {
  const [head, listing] = await Promise.all([readHead(repo), listRefs(repo)]);
  return {head, ...listing};
}

/**
 * The commit that each of `targets` leads to. Every target is in the answer. Cost: one process, and one more for each
 * damaged object; loads tags and the objects that they name.
 * @throws CtrError REPOSITORY
 */
export async function peelTargets(
  repo: GitRepository,
  targets: Iterable<string>,
): Promise<Map<string, PeeledTarget>> {
  const oids = [...new Set(targets)];
  const found = await checkObjects(repo, {oids, suffix: '^{}'});
  return new Map(oids.map((target, index) => [target, peeledTarget(target, found[index]!)]));
}

/** The `oids` that name readable commits of the repository. */
export async function filterCommits(repo: GitRepository, oids: readonly string[]): Promise<string[]> {
  const found = await checkObjects(repo, {oids, suffix: ''});
  return oids.filter((_, index) => found[index]!.type === 'commit');
}

/** The trees of `commits`, by the commit. Unreadable commits, and those without a valid tree, are omitted. One process. */
export async function readTrees(
  repo: GitRepository,
  commits: readonly string[],
): Promise<Map<string, string>> {
  const found = await checkObjects(repo, {oids: commits, suffix: '^{tree}'});
  return new Map(
    commits.flatMap((commit, index) => (found[index]!.type === 'tree' ? [[commit, found[index]!.oid]] : [])),
  );
}

function peeledTarget(target: string, {oid, type}: CheckedObject): PeeledTarget {
  if (type === 'missing') return {reason: 'points to a missing object', isMissing: true};
  if (type === 'unreadable') return {reason: 'points to a damaged object', isMissing: true};
  if (type === 'commit') return {commit: oid};
  return {reason: target === oid ? `points to a ${type}` : `tag on a ${type}`, isMissing: false};
}

interface CheckedObject {
  readonly oid: string;
  /** Git's type, or `missing`, or `unreadable`. */
  readonly type: string;
}

/** One answer for each oid, in their order. `suffix` is appended to each: `^{}` follows tags. */
async function checkObjects(
  repo: GitRepository,
  {oids, suffix}: {oids: readonly string[]; suffix: string},
): Promise<CheckedObject[]> {
  for (const oid of oids) assertOid(oid, repo.objectFormat);
  const checked: CheckedObject[] = [];
  while (checked.length < oids.length) {
    const names = oids.slice(checked.length).map((oid) => `${oid}${suffix}`);
    for await (const lines of readChecks(repo, names)) {
      for (const line of lines) {
        const [oid = '', type = ''] = line.split(' ');
        checked.push({oid, type});
      }
    }
    // Git exits at a damaged object, after it has written the answers before that one.
    if (checked.length < oids.length) checked.push({oid: oids[checked.length]!, type: 'unreadable'});
  }
  return checked;
}

/** The answers until git ends. Fails only if git cannot read the repository at all. */
async function* readChecks(repo: GitRepository, names: readonly string[]): AsyncGenerator<string[]> {
  const check = '--batch-check=%(objectname) %(objecttype)';
  await using git = spawnGit(repo.gitDir, ['cat-file', check, '--buffer']);
  const feeding = feed(git.stdin, joinLines(names));
  yield* readLines(git.stdout);
  await feeding;
  const {exitCode} = await git.ended;
  if (exitCode === 128) await runGit(repo.gitDir, ['rev-parse', '--git-dir']);
  else await git.finish();
}

async function listRefs(repo: GitRepository): Promise<Omit<RefListing, 'head'>> {
  await using git = spawnGit(repo.gitDir, ['for-each-ref', '--format=%(objectname) %(refname)'], {
    // Each broken ref is one line, and all of them are needed.
    stderrKeptChars: Number.POSITIVE_INFINITY,
  });
  git.stdin.end();
  const length = oidLength(repo.objectFormat);
  const refs = new Map<string, string>();
  for await (const lines of readLines(git.stdout)) {
    for (const line of lines)
      refs.set(decodePath(Buffer.from(line.slice(length + 1), 'latin1')), line.slice(0, length));
  }
  await git.finish();
  return {refs, broken: brokenNames(git.stderrTail())};
}

/** Full name of the branch that HEAD names; undefined if it is detached. */
export async function readHead(repo: GitRepository): Promise<string | undefined> {
  try {
    const output = await runGit(repo.gitDir, ['symbolic-ref', '--quiet', 'HEAD']);
    return decodePath(output.subarray(0, -1));
  } catch (error) {
    // With --quiet, exit code 1 and no message mean: HEAD is not a symbolic ref.
    if (error instanceof CtrError && error.data.exitCode === 1) return undefined;
    throw error;
  }
}

// Source: Git, ref-filter.c and refs.c: "ignoring broken ref %s", "ignoring ref with broken name %s".
function brokenNames(stderr: string): string[] {
  const found = stderr.matchAll(/^warning: ignoring (?:broken ref|ref with broken name) (.*)$/gm);
  return [...new Set([...found].map(([, name = '']) => name))];
}
