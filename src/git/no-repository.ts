import {closeSync, openSync, readdirSync, readSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {CtrError} from '../util/ctr-error.ts';
import {findGitDir} from './find-git-dir.ts';

const HINT = 'Give the path of a bare repository (a directory such as project.git), or of a working tree.';
const BUNDLE_MARK = /^# v[23] git bundle\n/;

/** The reason why `path`, which the user called `named`, is not a repository, and what may have been meant. */
export function noRepository(named: string, path: string): CtrError {
  const [message, hint] = describe(named, path);
  return new CtrError('REPOSITORY', message, {hint});
}

function describe(named: string, path: string): readonly [message: string, hint: string] {
  const found = statOf(path);
  if (found === 'refused')
    return [
      `${named} is in a directory that this user may not look into`,
      'Run ctr as the user who owns the repository.',
    ];
  if (found === undefined) {
    // Git's two forms of addresses. Source: git-clone(1), GIT URLS.
    if (/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/:]+:/i.test(named))
      return [
        `${named} is an address, not a directory of this machine`,
        `To mirror it here: ctr init <dir.git> --from ${named}`,
      ];
    return [
      `there is no directory ${named}`,
      'Is it spelt right? `ctr init <dir.git>` creates a new repository.',
    ];
  }
  if (found.isFile()) {
    if (BUNDLE_MARK.test(readStart(path)))
      return [
        `${named} is a bundle, not a repository`,
        `To make one of it: ctr init <dir.git> --from ${named}`,
      ];
    return [`${named} is a file, not a repository`, HINT];
  }
  const above = findAbove(path);
  if (above !== undefined)
    return [`${named} is not a Git repository, but lies in one`, `Name that one: ${above}`];
  if (found.isDirectory() && readdirSync(path).length === 0)
    return [`${named} is an empty directory`, `\`ctr init ${named}\` creates a repository there.`];
  return [`${named} is not a Git repository`, HINT];
}

function statOf(path: string) {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    // ENOTDIR: one of its parents is a file.
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'refused' : undefined;
  }
}

/** The nearest parent directory that is a repository, or a working tree with one. */
function findAbove(path: string): string | undefined {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at))
    if (findGitDir(at) !== undefined) return at;
  return undefined;
}

function readStart(path: string): string {
  const start = Buffer.alloc(32);
  const file = openSync(path, 'r');
  try {
    return start.toString('latin1', 0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}
