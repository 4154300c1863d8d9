import {addTo, Bitmap, EMPTY_BITMAP, removeFrom, serializeBitmap} from './bitmap.ts';
import type {StoredSnapshot} from './commit.ts';

/**
 * The seqs of a commit's tree as a difference from a keyframe. So the cost of a child depends on its changes and not on
 * the size of the tree. Immutable.
 */
export interface SnapshotDelta {
  /** Oid of the commit whose stored snapshot is the keyframe; undefined: the empty tree. */
  readonly base: string | undefined;
  /** Seqs that are not in the keyframe. */
  readonly added: ReadonlySet<number>;
  /** Seqs that are only in the keyframe. */
  readonly removed: ReadonlySet<number>;
  readonly spentBytes: number;
  /** Serialized size of the keyframe: when all differences together reach it, the next keyframe is due. */
  readonly keyframeBytes: number;
}

/** Every child copies its parent's difference, and a few bytes of runs can be very many seqs. */
const DELTA_MAX_SEQS = 4096;

/** The tree without entries. */
export const EMPTY_TREE: SnapshotDelta = {
  base: undefined,
  added: new Set(),
  removed: new Set(),
  spentBytes: 0,
  keyframeBytes: 0,
};

/** `parent` without `removed` and with `added`. */
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
 * The stored form of the snapshot of the commit `oid`, and the starting point of its children. It is a keyframe if the
 * caller wants one (others are differences from it already), if there is no base, if the differences since the last
 * keyframe have cost as much as a keyframe, or if one gets too long for memory.
 *
 * `loadKeyframe` returns the bitmap of the base; it is called only if a new keyframe is due.
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

/** The starting point of the children of the keyframe commit `oid`. */
function deltaAtKeyframe(oid: string, keyframe: Uint8Array): SnapshotDelta {
  return {...EMPTY_TREE, base: oid, keyframeBytes: keyframe.length};
}

/** The starting point of the children of the stored commit `oid`. `keyframeBytes` is the size of its base's bitmap. */
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
