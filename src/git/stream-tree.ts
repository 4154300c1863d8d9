import {decodePath} from '../domain/path.ts';
import {ByteReader} from './byte-reader.ts';
import {type GitProcess, spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {Change} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';

const CHANGES_MAX = 2048;

/**
 * All files of a commit or a tree, in git's order (by the bytes of the paths), in arrays of some thousand.
 * @throws CtrError REPOSITORY if git cannot read it.
 */
export async function* streamTree(repo: GitRepository, oid: string): AsyncGenerator<Change[]> {
  assertOid(oid, repo.objectFormat);
  await using git = spawnGit(repo.gitDir, ['ls-tree', '-r', '-z', '--full-tree', oid]);
  git.stdin.end();
  yield* readTree(git);
  await git.finish();
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
