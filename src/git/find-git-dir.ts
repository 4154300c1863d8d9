import {lstatSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';

/** Git does not read longer files. Source: Git, setup.c, read_gitfile_gently. */
const FILE_MAX_BYTES = 1024 * 1024;

/**
 * The repository at `dir`: a bare one, the `.git` of a working tree, or the target of a file `.git` (a linked worktree,
 * a submodule, `git init --separate-git-dir`). Absolute and without symbolic links; for a linked worktree, the
 * repository that it belongs to. Undefined if there is none. Never looks above `dir`, and does not start Git, which may
 * not be installed where the index is read.
 */
export function findGitDir(dir: string): string | undefined {
  for (const candidate of [join(dir, '.git'), dir]) {
    const gitDir = commonDirOf(readGitFile(candidate) ?? candidate);
    if (isGitDir(gitDir)) return realpathSync(gitDir);
  }
  return undefined;
}

/** True for a directory that Git itself takes for a repository. Source: Git, setup.c, is_git_directory. */
export function isGitDir(dir: string): boolean {
  return exists(join(dir, 'HEAD')) && exists(join(dir, 'objects')) && exists(join(dir, 'refs'));
}

/** The repository that a file `.git` names; undefined if it is not such a file. Source: gitrepository-layout(5). */
function readGitFile(path: string): string | undefined {
  const target = /^gitdir: (.*?)[\r\n]*$/s.exec(readSmallFile(path) ?? '')?.[1];
  return target === undefined ? undefined : resolve(path, '..', target);
}

/** The directory that a linked worktree shares with its repository. */
function commonDirOf(gitDir: string): string {
  return resolve(gitDir, readSmallFile(join(gitDir, 'commondir'))?.replace(/[\r\n]+$/, '') ?? '.');
}

function readSmallFile(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= FILE_MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // There is none, or this user may not read it.
    return undefined;
  }
}

/** True also for a dangling symbolic link: old versions of Git make HEAD one, and its branch may be unborn. */
function exists(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
