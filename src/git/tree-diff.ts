import {decodePath} from '../domain/path.ts';
import {ByteReader} from './byte-reader.ts';
import {readLines} from './git-lines.ts';
import {type GitProcess, spawnGit} from './git-process.ts';
import {assertOid, oidLength} from './oid.ts';
import {type Change, RAW_DIFF_OPTIONS, readChanges} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';

const CHANGES_MAX = 2048;

/** Two commits or trees by their oids. Without `from`: everything that `to` holds was added. */
export interface TreePair {
  readonly from?: string | undefined;
  readonly to: string;
}

/**
 * What differs between two trees, in git's order (by the bytes of the paths), in arrays of some thousand.
 * @throws CtrError REPOSITORY when git cannot read one of them.
 */
export async function* streamTreeDiff(repo: GitRepository, {from, to}: TreePair): AsyncGenerator<Change[]> {
  assertOid(to, repo.objectFormat);
  if (from !== undefined) assertOid(from, repo.objectFormat);
  const args =
    from === undefined ? ['ls-tree', '-r', '-z', '--full-tree', to] : [...RAW_DIFF_OPTIONS, from, to];
  await using git = spawnGit(repo.gitDir, args);
  git.stdin.end();
  yield* from === undefined ? readTree(git) : readDiff(git, repo);
  await git.finish();
}

/**
 * How many blobs the object store holds and how many bytes they have, reachable or not. An estimate of the work
 * ahead: what a push adds meanwhile may be counted or not.
 */
export async function estimateObjects(repo: GitRepository): Promise<{blobs: number; bytes: number}> {
  const check = '--batch-check=%(objecttype) %(objectsize)';
  await using git = spawnGit(repo.gitDir, [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--buffer',
    check,
  ]);
  git.stdin.end();
  let blobs = 0;
  let bytes = 0;
  for await (const lines of readLines(git.stdout)) {
    for (const line of lines) {
      if (!line.startsWith('blob ')) continue;
      blobs += 1;
      bytes += Number(line.slice('blob '.length));
    }
  }
  await git.finish();
  return {blobs, bytes};
}

async function* readDiff(git: GitProcess, {objectFormat}: GitRepository): AsyncGenerator<Change[]> {
  const reader = new ByteReader(git.stdout);
  for (let isMore = true; isMore; ) {
    const changes: Change[] = [];
    isMore = await readChanges(reader, {
      oidLength: oidLength(objectFormat),
      countMax: CHANGES_MAX,
      change: (path, from, to) => changes.push({path, from, to}),
    });
    if (changes.length > 0) yield changes;
  }
}

/** Source: Git, Documentation/git-ls-tree: `mode SP type SP oid TAB path NUL`. */
async function* readTree(git: GitProcess): AsyncGenerator<Change[]> {
  const reader = new ByteReader(git.stdout);
  let changes: Change[] = [];
  for (;;) {
    const entry = await reader.readUntil(0);
    if (entry === undefined) break;
    const tab = entry.indexOf(0x09);
    const [mode = '', , oid = ''] = entry.toString('latin1', 0, tab).split(' ');
    changes.push({path: decodePath(entry.subarray(tab + 1)), from: undefined, to: {mode, oid}});
    if (changes.length < CHANGES_MAX) continue;
    yield changes;
    changes = [];
  }
  if (changes.length > 0) yield changes;
}
