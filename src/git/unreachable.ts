import {readLines} from './git-lines.ts';
import {feed, joinLines, spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

const COMMITS_MAX = 1000;

/**
 * The number of unreachable commits that still have the path (or something below it), up to 1000; for a blob, 1 if Git
 * still has it. Undefined if Git cannot tell. Deleted commits stay in the repository until `git gc`, and are the only
 * proof that the path existed. Costs a list of all objects.
 */
export async function countUnreachable(
  repo: GitRepository,
  what: {readonly oid: string} | {readonly path: string},
): Promise<number | undefined> {
  try {
    return 'oid' in what ? await countBlob(repo, what.oid) : await countCommits(repo, what.path);
  } catch {
    // Damage in unreachable objects stops nothing.
    return undefined;
  }
}

async function countBlob(repo: GitRepository, oid: string): Promise<number> {
  assertOid(oid, repo.objectFormat);
  await using git = spawnGit(repo.gitDir, ['cat-file', '--batch-check=%(objecttype)']);
  git.stdin.end(`${oid}\n`);
  const [type] = (await Array.fromAsync(readLines(git.stdout))).flat();
  return type === 'blob' ? 1 : 0;
}

async function countCommits(repo: GitRepository, path: string): Promise<number> {
  const log = [
    'log',
    '--stdin',
    '--full-history',
    '-m',
    '--format=%H',
    `-n${COMMITS_MAX}`,
    '--ignore-missing',
  ];
  await using git = spawnGit(repo.gitDir, ['--literal-pathspecs', ...log, '--not', '--all', '--', path]);
  await using objects = spawnGit(repo.gitDir, [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--batch-check=%(objecttype) %(objectname)',
  ]);
  objects.stdin.end();
  const fed = feed(git.stdin, commitsAmong(readLines(objects.stdout)));
  const found = new Set((await Array.fromAsync(readLines(git.stdout))).flat().filter(Boolean));
  await fed;
  await git.finish();
  return found.size;
}

async function* commitsAmong(lines: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const some of lines) {
    const oids = some
      .filter((line) => line.startsWith('commit '))
      .map((line) => line.slice('commit '.length));
    yield* joinLines(oids);
  }
}
