import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {forgetFailures} from '../../sync/failures.ts';
import type {ForgetTarget} from '../../sync/removal/forget.ts';
import {killPoint} from '../../util/kill-point.ts';
import {localFiles} from '../workspace/local-files.ts';

/** The local files of ctr that named the target. */
export interface LocalTraces {
  /** Files out of which it was taken, below `ctr/`. */
  readonly cleaned: readonly string[];
  /** Files that still name it: events that their handlers have not got yet. */
  readonly naming: readonly string[];
}

/** Larger ones are no list and no log of ours. */
const FILE_MAX_BYTES = 64 * 1024 * 1024;
/** Files that belong to stores. */
const OF_STORES = /^(?:objects(?:\/|$)|tokens(?:\/|$)|secrets$|.*\.db(?:-wal|-shm|-journal)?$|index)/;

/**
 * Lists of failures and logs do not name the target any more: its path, or the oids that it had. Events that wait for
 * their handlers are owed to them, and are named instead.
 */
export function removeLocalTraces(
  workspace: {readonly directory: string},
  target: ForgetTarget,
  oids: readonly string[],
): LocalTraces {
  const {directory} = workspace;
  const files = localFiles(workspace);
  const isMeant = ({name, oid}: {name: string; oid: string}) =>
    oids.includes(oid) || ('oid' in target ? oid === target.oid : isAtOrBelow(name, target.path));
  const pattern = patternOf(target, oids);
  const before = listNaming(directory, pattern);
  for (const file of [files.failures, files.nextFailures]) forgetFailures(file, isMeant);
  // What a person was told is told once more; nothing else follows from it.
  if (before.includes(relative(directory, files.told))) rmSync(files.told, {force: true});
  for (const name of before) if (name.startsWith('log/')) dropLines(join(directory, name), pattern);
  const naming = listNaming(directory, pattern);
  return {cleaned: before.filter((name) => !naming.includes(name)), naming};
}

function isAtOrBelow(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target}/`);
}

/** The path as it stands, or as JSON writes it, and not as a part of a longer one. */
function patternOf(target: ForgetTarget, oids: readonly string[]): RegExp {
  const ids = 'oid' in target ? [...oids, target.oid] : oids;
  const paths = 'path' in target ? [target.path, JSON.stringify(target.path).slice(1, -1)] : [];
  const path = [...new Set(paths)].map((text) => RegExp.escape(text)).join('|');
  const alternatives = [
    ...ids.map((text) => RegExp.escape(text)),
    ...(path === '' ? [] : [`(?<![\\p{L}\\p{N}_./-])(?:${path})(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`]),
  ];
  // Nothing asked for: nothing found.
  return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'u');
}

/** Of ctr's own files those that name it, relative to `directory`, sorted. */
function listNaming(directory: string, pattern: RegExp): string[] {
  if (!existsSync(directory)) return [];
  const found = readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return found
    .map((file) => relative(directory, file))
    .filter((name) => !OF_STORES.test(name))
    .filter((name) => (statSync(join(directory, name), {throwIfNoEntry: false})?.size ?? 0) <= FILE_MAX_BYTES)
    .filter((name) => pattern.test(name) || pattern.test(readText(join(directory, name))))
    .sort();
}

/** The same file without the lines that name it: who appends to it goes on doing so. */
function dropLines(file: string, pattern: RegExp): void {
  killPoint('write log');
  const lines = readText(file).split('\n');
  writeFileSync(file, lines.filter((line) => !pattern.test(line)).join('\n'));
}

/** Empty if the file was deleted in between. */
function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
