import {decodePath} from '../domain/path.ts';
import type {ByteReader} from './byte-reader.ts';

/** One side of a change. */
export interface TreeSide {
  /** Git's six octal digits. */
  readonly mode: string;
  readonly oid: string;
}

/** A path that differs between two trees. Without `from` it was added, without `to` it was removed. */
export interface Change {
  /** As `decodePath` gives it. */
  readonly path: string;
  readonly from?: TreeSide | undefined;
  readonly to?: TreeSide | undefined;
}

/** Git's options for a diff between trees that no configuration changes and `readChanges` can read. */
export const RAW_DIFF_OPTIONS: readonly string[] = [
  'diff-tree',
  '-r',
  '-z',
  '--raw',
  '--no-abbrev',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--ignore-submodules=none',
];

const COLON = 0x3a;
const ABSENT = '000000';
// ":100644 100755 " before the oids, " M\0" after them.
const OIDS_AT = 15;
const STATUS_LENGTH = 3;

export interface ReadChangesOptions {
  /** Hexadecimal digits of an oid. */
  readonly oidLength: number;
  readonly countMax: number;
  readonly change: (path: string, from: TreeSide | undefined, to: TreeSide | undefined) => void;
}

/**
 * Reads changes in git's raw format until something else follows, or `change` has been called `countMax` times.
 * True if more changes may follow.
 * Source: Git, Documentation/diff-format: `:mode mode oid oid status NUL path NUL`.
 */
export async function readChanges(
  reader: ByteReader,
  {oidLength, countMax, change}: ReadChangesOptions,
): Promise<boolean> {
  const secondOidAt = OIDS_AT + oidLength + 1;
  const pathAt = secondOidAt + oidLength + STATUS_LENGTH;
  for (let count = 0; count < countMax; ) {
    const {buffer, at} = reader;
    const end = at + pathAt < buffer.length ? buffer.indexOf(0, at + pathAt) : -1;
    if (at < buffer.length && buffer[at] !== COLON) return false;
    if (end < 0) {
      if (!(await reader.fill())) return false;
      continue;
    }
    const fromMode = buffer.toString('latin1', at + 1, at + 7);
    const toMode = buffer.toString('latin1', at + 8, at + 14);
    change(
      decodePath(buffer.subarray(at + pathAt, end)),
      fromMode === ABSENT
        ? undefined
        : {mode: fromMode, oid: buffer.toString('latin1', at + OIDS_AT, at + OIDS_AT + oidLength)},
      toMode === ABSENT
        ? undefined
        : {mode: toMode, oid: buffer.toString('latin1', at + secondOidAt, at + secondOidAt + oidLength)},
    );
    reader.at = end + 1;
    count += 1;
  }
  return true;
}
