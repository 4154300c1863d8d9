import {CtrError} from '../util/ctr-error.ts';
import {readLines} from './git-lines.ts';
import {feed, joinLines, runGit, spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

/** A commit and its parents, as the repository shows them: none where a shallow history stops. */
export interface RevListEntry {
  readonly oid: string;
  readonly parents: readonly string[];
}

/** The commits reachable from `tips` and from none of `known`. */
export interface RevRange {
  /** Commit oids. A missing commit is an error. */
  readonly tips: Iterable<string>;
  /** Oids of commits that the repository has (`filterCommits` tells); their ancestors may be gone. */
  readonly known?: Iterable<string> | undefined;
}

/**
 * The commits of a range, parents before children, in arrays of some hundred. Without tips the range is empty.
 * Cost: git holds the whole list before it writes the first commit.
 * @throws CtrError REPOSITORY
 */
export async function* streamRevList(repo: GitRepository, range: RevRange): AsyncGenerator<RevListEntry[]> {
  const lines = rangeLines(repo, range);
  if (lines.length === 0) return;
  const args = ['rev-list', '--topo-order', '--reverse', '--parents', '--stdin'];
  await using git = spawnGit(repo.gitDir, args);
  const feeding = feed(git.stdin, joinLines(lines));
  for await (const chunk of readLines(git.stdout)) yield chunk.map(parseEntry);
  await feeding;
  await git.finish();
}

/** The parents of these commits, as the repository shows them, by oid. A missing commit is an error. */
export async function readParents(
  repo: GitRepository,
  oids: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const lines = rangeLines(repo, {tips: oids});
  if (lines.length === 0) return new Map();
  const args = ['rev-list', '--no-walk=unsorted', '--parents', '--stdin'];
  const output = await runGit(repo.gitDir, args, {input: `${lines.join('\n')}\n`});
  const entries = output.toString('latin1').trimEnd().split('\n').map(parseEntry);
  return new Map(entries.map(({oid, parents}) => [oid, parents]));
}

/** The number of commits that `streamRevList` yields. */
export async function countCommits(repo: GitRepository, range: RevRange): Promise<number> {
  const lines = rangeLines(repo, range);
  if (lines.length === 0) return 0;
  const input = `${lines.join('\n')}\n`;
  return Number(await runGit(repo.gitDir, ['rev-list', '--count', '--stdin'], {input}));
}

/** True if `streamRevList` would yield a commit, or fail. */
export async function hasNewCommits(repo: GitRepository, range: RevRange): Promise<boolean> {
  const lines = rangeLines(repo, range);
  if (lines.length === 0) return false;
  const args = ['rev-list', '--max-count=1', '--stdin'];
  try {
    return (await runGit(repo.gitDir, args, {input: `${lines.join('\n')}\n`})).length > 0;
  } catch (error) {
    // Damage: `streamRevList` reports which tip it is.
    if (error instanceof CtrError && error.code === 'REPOSITORY') return true;
    throw error;
  }
}

// Not --ignore-missing: it would also skip a missing or damaged tip, and report success.
function rangeLines(repo: GitRepository, {tips, known = []}: RevRange): string[] {
  const wanted = [...new Set(tips)];
  if (wanted.length === 0) return [];
  const held = [...new Set(known)];
  for (const oid of [...wanted, ...held]) assertOid(oid, repo.objectFormat);
  return [...wanted, ...held.map((oid) => `^${oid}`)];
}

function parseEntry(line: string): RevListEntry {
  const [oid = '', ...parents] = line.split(' ');
  return {oid, parents};
}
