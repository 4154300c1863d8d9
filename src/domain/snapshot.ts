import {addTo, Bitmap, EMPTY_BITMAP, removeFrom, serializeBitmap} from './bitmap.ts';
import type {StoredSnapshot} from './commit.ts';

/**
 * The seqs of a commit's tree as a difference from a keyframe, held so that a child costs what it changes and not
 * what the tree holds. Immutable.
 */
export interface SnapshotDelta {
  /** Oid of the commit whose stored snapshot is the keyframe; undefined: the empty tree. */
  readonly base: string | undefined;
  /** Not in the keyframe. */
  readonly added: ReadonlySet<number>;
  /** In the keyframe, and no more. */
  readonly removed: ReadonlySet<number>;
  readonly spentBytes: number;
  /** Serialized size of the keyframe: when this much is spent on differences, the next keyframe is due. */
  readonly keyframeBytes: number;
}

/** Every child copies its parent's difference, and some bytes of runs may stand for very many seqs. */
const DELTA_MAX_SEQS = 4096;

/** The tree without entries. */
export const EMPTY_TREE: SnapshotDelta = {
  base: undefined,
  added: new Set(),
  removed: new Set(),
  spentBytes: 0,
  keyframeBytes: 0,
};

/** `parent` after entries went (`removed`) and came (`added`). */
export function changeSnapshot(
  parent: SnapshotDelta,
  {added, removed}: {added: Iterable<number>; removed: Iterable<number>},
): SnapshotDelta {
  const nowAdded = new Set(parent.added);
  const nowRemoved = new Set(parent.removed);
  for (const seq of removed) if (!nowAdded.delete(seq)) nowRemoved.add(seq);
  for (const seq of added) if (!nowRemoved.delete(seq)) nowAdded.add(seq);
  return {...parent, added: nowAdded, removed: nowRemoved};
}

/**
 * How the snapshot of the commit `oid` is stored, and what its children start from. A keyframe when that is asked for
 * (others are differences from it already), when there is no base, when the differences since the last keyframe have cost as much as a keyframe does, or when one grows too long
 * to be held.
 *
 * `loadKeyframe` gives the bitmap of the base; it is asked only when a new keyframe is due.
 */
export async function storeSnapshot(
  oid: string,
  delta: SnapshotDelta,
  loadKeyframe: (base: string) => Promise<Uint8Array>,
  {isKeyframe = false}: {isKeyframe?: boolean | undefined} = {},
): Promise<{stored: StoredSnapshot; next: SnapshotDelta}> {
  const added = serializeBitmap(delta.added);
  const removed = serializeBitmap(delta.removed);
  const spentBytes = delta.spentBytes + added.length + removed.length;
  const isSmall = delta.added.size + delta.removed.size <= DELTA_MAX_SEQS;
  if (!isKeyframe && delta.base !== undefined && spentBytes < delta.keyframeBytes && isSmall) {
    return {stored: {base: delta.base, added, removed, spentBytes}, next: {...delta, spentBytes}};
  }
  const keyframe =
    delta.base === undefined ? added : applyDelta(await loadKeyframe(delta.base), {added, removed});
  return {
    stored: {added: keyframe, removed: EMPTY_BITMAP, spentBytes: 0},
    next: deltaAtKeyframe(oid, keyframe),
  };
}

/** What the children of the keyframe commit `oid` start from. */
function deltaAtKeyframe(oid: string, keyframe: Uint8Array): SnapshotDelta {
  return {...EMPTY_TREE, base: oid, keyframeBytes: keyframe.length};
}

/** What the children of the commit `oid` start from, read back. `keyframeBytes` is the size of its base's bitmap. */
export function deltaOfStored(oid: string, stored: StoredSnapshot, keyframeBytes: number): SnapshotDelta {
  if (stored.base === undefined) return deltaAtKeyframe(oid, stored.added);
  using added = Bitmap.parse(stored.added);
  using removed = Bitmap.parse(stored.removed);
  return {
    base: stored.base,
    added: new Set(added),
    removed: new Set(removed),
    spentBytes: stored.spentBytes,
    keyframeBytes,
  };
}

/** Keyframe minus removed plus added, serialized. */
export function applyDelta(
  keyframe: Uint8Array,
  {added, removed}: {added: Uint8Array; removed: Uint8Array},
): Uint8Array {
  using snapshot = Bitmap.parse(keyframe);
  removeFrom(snapshot, removed);
  addTo(snapshot, added);
  return snapshot.serialize();
}
