import {decodePath} from '../domain/path.ts';
import {readLines} from './git-lines.ts';
import {spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

/** The refs that still reach the content, and the commits through which they do. Both empty: it is unreachable. */
export interface Reach {
  /** Full names, sorted. */
  readonly refs: readonly string[];
  /** Commits that added or removed it, newest first. */
  readonly commits: readonly string[];
}

/** Each commit is an argument of a later command. If there are more, the newest are used. */
const COMMITS_MAX = 1000;

/**
 * The refs whose history has the blob, or a commit that changed the path (or something below it), of all refs in Git.
 * Costs a walk over the whole history.
 * @throws CtrError REPOSITORY if Git cannot read it: then the answer is unknown.
 */
export async function findReach(
  repo: GitRepository,
  what: {readonly oid: string} | {readonly path: string},
): Promise<Reach> {
  const commits = await listCommits(repo, what);
  const contains = commits.map((oid) => `--contains=${oid}`);
  const refs = contains.length === 0 ? [] : await listRefNames(repo, contains);
  // A tag may point at a blob, without any commit.
  const pointing = 'oid' in what ? await listRefNames(repo, [`--points-at=${what.oid}`]) : [];
  return {refs: [...new Set([...refs, ...pointing])].sort(), commits};
}

/** A merge counts if it differs from any of its parents. Roots count, too. */
function listCommits(
  repo: GitRepository,
  what: {readonly oid: string} | {readonly path: string},
): Promise<string[]> {
  const log = ['log', '--all', '--full-history', '-m', '--format=%H', `-n${COMMITS_MAX}`];
  if ('path' in what) return linesOf(repo, ['--literal-pathspecs', ...log, '--', what.path]);
  assertOid(what.oid, repo.objectFormat);
  return linesOf(repo, [...log, `--find-object=${what.oid}`]);
}

async function listRefNames(repo: GitRepository, filter: readonly string[]): Promise<string[]> {
  const names = await linesOf(repo, ['for-each-ref', '--format=%(refname)', ...filter]);
  return names.map((name) => decodePath(Buffer.from(name, 'latin1')));
}

async function linesOf(repo: GitRepository, args: readonly string[]): Promise<string[]> {
  await using git = spawnGit(repo.gitDir, args);
  const lines = (await Array.fromAsync(readLines(git.stdout))).flat();
  await git.finish();
  return [...new Set(lines.filter((line) => line !== ''))];
}
