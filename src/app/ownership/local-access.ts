import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {secretsFile} from '../../config/read-config.ts';
import {readSharedRepository, sharedUmask} from '../../git/shared-repository.ts';
import {readAccount} from '../../util/accounts.ts';
import {quoteForShell} from '../../util/quote-for-shell.ts';
import {PROGRAM} from '../package.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

/** Why pushes of some users are not indexed, though Git takes them; and what to do. */
export interface AccessProblem {
  readonly path: string;
  readonly problem: string;
  readonly hint: string;
}

type Place = Pick<RepositoryWorkspace, 'gitDir' | 'directory' | 'config'>;

/** The users who may push, by the permissions of the repository. */
interface Pushers {
  /** Of `objects/`: who writes there pushes. */
  readonly uid: number;
  readonly gid: number;
  /** Permission bits that a folder must have, and a file without the right to enter. 0: the owner alone pushes. */
  readonly mode: number;
  /** The folders are a group's, and `core.sharedRepository` does not say so. */
  readonly isGroupMissing: boolean;
}

interface LocalFile {
  readonly path: string;
  readonly found: Stats;
}

const GROUP_WRITES = 0o020;
/** A folder that hands its group on was made for a group: with many accounts, a umask of 002 alone opens all folders to one. */
const SHARED_FOLDER = 0o2020;
/** Folders of objects below `objects/`; what is in the last ones is written once and only read after. */
const OBJECT_LEVELS = 3;
/** Of a server alone, and with modes of their own. */
const PRIVATE = new Set(['secrets', 'tokens']);

/** The files in ctr's folder that some users who may push cannot use. Changes nothing. */
export async function findAccessProblems(workspace: Place): Promise<AccessProblem[]> {
  const pushers = await readPushers(workspace);
  const files = [...listLocalFiles(workspace.directory)];
  return [
    ownerProblem(files, pushers, workspace),
    modeProblem(files, pushers, workspace),
    groupProblem(pushers, workspace),
    secretsProblem(pushers, workspace),
    programProblem(pushers),
  ].filter((problem) => problem !== undefined);
}

/** Corrects permissions as far as this user may: `core.sharedRepository` may have been set after the installation. */
export async function shareLocalFiles(workspace: Place): Promise<void> {
  const pushers = await readPushers(workspace);
  for (const {path, found} of listLocalFiles(workspace.directory)) {
    if (found.uid !== process.geteuid?.() || isUsable(found, pushers)) continue;
    openToPushers({path, found}, pushers);
  }
}

/** By a descriptor: a member of the group may put a link to another file of the owner in the place of this one. */
function openToPushers({path, found}: LocalFile, pushers: Pushers): void {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const opened = fstatSync(file);
    if (opened.dev !== found.dev || opened.ino !== found.ino) return;
    if (found.gid !== pushers.gid) fchownSync(file, found.uid, pushers.gid);
    fchmodSync(file, (found.mode & 0o7777) | wantedMode(found, pushers));
  } finally {
    closeSync(file);
  }
}

async function readPushers({gitDir}: Place): Promise<Pushers> {
  const {uid, gid, mode} = statSync(join(gitDir, 'objects'));
  const shared = 0o777 & ~sharedUmask(await readSharedRepository(gitDir), 0o777);
  return {uid, gid, mode: shared, isGroupMissing: (mode & SHARED_FOLDER) === SHARED_FOLDER && shared === 0};
}

function* listLocalFiles(directory: string): Generator<LocalFile> {
  if (!existsSync(directory)) return;
  yield {path: directory, found: lstatSync(directory)};
  for (const name of readdirSync(directory)) {
    if (PRIVATE.has(name)) continue;
    yield* walk(join(directory, name), name === 'objects' ? OBJECT_LEVELS : Number.POSITIVE_INFINITY);
  }
}

function* walk(path: string, levels: number): Generator<LocalFile> {
  const found = lstatSync(path, {throwIfNoEntry: false});
  // A link has no permissions of its own; the file that it names has its turn.
  if (!found || found.isSymbolicLink()) return;
  yield {path, found};
  if (!found.isDirectory() || levels === 0) return;
  for (const name of readDirectory(path)) yield* walk(join(path, name), levels - 1);
}

/** One that this user may not look into is reported itself. */
function readDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function wantedMode(found: Stats, {mode}: Pushers): number {
  if (found.isDirectory()) return mode === 0 ? 0 : mode | 0o2000;
  return mode & 0o666;
}

function isUsable(found: Stats, pushers: Pushers): boolean {
  const isModeRight = (wantedMode(found, pushers) & 0o777 & ~found.mode) === 0;
  return isModeRight && (found.gid === pushers.gid || (pushers.mode & GROUP_WRITES) === 0);
}

/** Where no group writes, everything must be the owner's. */
function ownerProblem(
  files: readonly LocalFile[],
  {uid, gid, mode}: Pushers,
  {directory}: Place,
): AccessProblem | undefined {
  const foreign = files.filter(({found}) => found.uid !== uid && (mode & GROUP_WRITES) === 0);
  if (foreign.length === 0) return undefined;
  const {path, found} = foreign[0]!;
  const [has, wants] = [nameOf(found.uid), nameOf(uid)];
  return {
    path,
    problem: `${path} belongs to ${has}${more(foreign)}, so that ${wants} cannot index pushes`,
    hint: `Run as root: chown -R ${uid}:${gid} ${quoteForShell(directory)}`,
  };
}

function modeProblem(
  files: readonly LocalFile[],
  pushers: Pushers,
  {gitDir, directory}: Place,
): AccessProblem | undefined {
  const closed = files.filter(({found}) => pushers.mode !== 0 && !isUsable(found, pushers));
  if (closed.length === 0) return undefined;
  const {path} = closed[0]!;
  const repair = `chgrp -R ${pushers.gid} ${quoteForShell(directory)}; chmod -R g+rwX ${quoteForShell(directory)}`;
  return {
    path,
    problem: `${path} is not open to all who may push${more(closed)}, as core.sharedRepository says`,
    hint: `Run \`ctr install ${quoteForShell(gitDir)}\` as the owner of the files, or as root: ${repair}`,
  };
}

function groupProblem({isGroupMissing}: Pushers, {gitDir}: Place): AccessProblem | undefined {
  if (!isGroupMissing) return undefined;
  return {
    path: gitDir,
    problem: `a group may push to ${gitDir}, but its pushes are not indexed: core.sharedRepository is not set`,
    hint: 'Run: git config core.sharedRepository group; then `ctr install` again.',
  };
}

function secretsProblem(
  {mode}: Pushers,
  {gitDir, config: {settings, sources}}: Place,
): AccessProblem | undefined {
  const file = secretsFile(settings, gitDir)!;
  const isEachUsersOwn = sources.get('ctr.secretsFile') === 'git config (global)';
  if ((mode & GROUP_WRITES) === 0 || isEachUsersOwn || !existsSync(file)) return undefined;
  const owner = nameOf(statSync(file).uid);
  return {
    path: file,
    problem: `${file} can be read by ${owner} alone: pushes of others wait until ${owner} pushes or syncs`,
    hint: `Let a timer of ${owner} run \`ctr sync\`, or let every user have a file: git config --global ctr.secretsFile <file>`,
  };
}

/** A program that only this user can run is usually a Node in the user's home. */
function programProblem({mode}: Pushers): AccessProblem | undefined {
  if ((mode & GROUP_WRITES) === 0) return undefined;
  const closed = [process.execPath, PROGRAM].flatMap((file) => findClosed(file) ?? [])[0];
  if (closed === undefined) return undefined;
  return {
    path: closed,
    problem: `${closed} is not open to every user, so that the hook cannot start ctr for others who push`,
    hint: 'Install Node and ctr where every user can read them, then run `ctr install` again.',
  };
}

/** The file, or a folder on the way to it, that other users may not read or enter. */
function findClosed(file: string): string | undefined {
  if ((statSync(file).mode & 0o004) === 0) return file;
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return at;
  }
  return undefined;
}

function more(files: readonly unknown[]): string {
  return files.length === 1 ? '' : ` (and ${files.length - 1} more)`;
}

function nameOf(uid: number): string {
  return readAccount(uid).name;
}
