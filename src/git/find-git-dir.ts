import {lstatSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';

/** Git reads no longer ones. Source: Git, setup.c, read_gitfile_gently. */
const FILE_MAX_BYTES = 1024 * 1024;

/**
 * The repository that is at `dir`: a bare one, the `.git` of a working tree, or what a file `.git` names (a linked
 * worktree, a submodule, `git init --separate-git-dir`). Absolute and without symbolic links; of a linked worktree the
 * repository that it belongs to. Undefined where there is none. Never looks above `dir`, and starts no Git: readers may
 * not have one.
 */
export function findGitDir(dir: string): string | undefined {
  for (const candidate of [join(dir, '.git'), dir]) {
    const gitDir = commonDirOf(readGitFile(candidate) ?? candidate);
    if (isGitDir(gitDir)) return realpathSync(gitDir);
  }
  return undefined;
}

/** As Git itself tells one. Source: Git, setup.c, is_git_directory. */
export function isGitDir(dir: string): boolean {
  return exists(join(dir, 'HEAD')) && exists(join(dir, 'objects')) && exists(join(dir, 'refs'));
}

/** Where a file `.git` says that the repository is; undefined where it is no such file. Source: gitrepository-layout(5). */
function readGitFile(path: string): string | undefined {
  const target = /^gitdir: (.*?)[\r\n]*$/s.exec(readSmallFile(path) ?? '')?.[1];
  return target === undefined ? undefined : resolve(path, '..', target);
}

/** What a linked worktree shares with its repository is there. */
function commonDirOf(gitDir: string): string {
  return resolve(gitDir, readSmallFile(join(gitDir, 'commondir'))?.replace(/[\r\n]+$/, '') ?? '.');
}

function readSmallFile(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= FILE_MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // There is none, or it is not this user's to read.
    return undefined;
  }
}

/** Also for a symbolic link that leads nowhere: old versions of Git make HEAD one, and its branch may be unborn. */
function exists(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
