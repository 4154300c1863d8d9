import {LRUCache} from 'lru-cache';
import type {CommitRecord, StoredSnapshot} from '../domain/commit.ts';
import {lostCommit} from '../domain/corrupt-index.ts';
import {applyDelta} from '../domain/snapshot.ts';
import type {CommitReader} from './ports/commits.ts';

const KEYFRAMES_MAX_BYTES = 32 * 1024 * 1024;

/** Turns what a commit stores into the bitmap of its tree: one further read at most, and none for a keyframe it knows. */
export interface SnapshotReader {
  /** Reads the keyframes of many commits together. Those that are lost, or too many to keep, are left to `readSnapshot`. */
  readAhead(commits: Iterable<Pick<CommitRecord, 'snapshot'>>): Promise<void>;
  /** The keyframe stored with the commit `oid`. @throws INDEX_CORRUPT where the index lost it. */
  readKeyframe(oid: string): Promise<Uint8Array>;
  /** The whole bitmap; undefined for a commit whose files are not indexed. */
  readSnapshot(commit: Pick<CommitRecord, 'snapshot'>): Promise<Uint8Array | undefined>;
}

export function openSnapshotReader(store: CommitReader, repo: string): SnapshotReader {
  const keyframes = new LRUCache<string, Uint8Array>({
    maxSize: KEYFRAMES_MAX_BYTES,
    // The latest one is kept, however large it is.
    sizeCalculation: ({length}) => Math.min(1 + length, KEYFRAMES_MAX_BYTES),
  });

  async function readAhead(commits: Iterable<Pick<CommitRecord, 'snapshot'>>): Promise<void> {
    const bases = new Set([...commits].flatMap(({snapshot}) => snapshot?.base ?? []));
    const unknown = [...bases].filter((oid) => keyframes.get(oid) === undefined);
    if (unknown.length === 0) return;
    let bytes = 0;
    for (const [oid, {snapshot}] of await store.readCommits(repo, unknown)) {
      if (!snapshot || snapshot.base !== undefined) continue;
      bytes += snapshot.added.length;
      if (bytes > KEYFRAMES_MAX_BYTES) break;
      keyframes.set(oid, snapshot.added);
    }
  }

  async function readKeyframe(oid: string): Promise<Uint8Array> {
    const known = keyframes.get(oid);
    if (known) return known;
    const snapshot = (await store.readCommits(repo, [oid])).get(oid)?.snapshot;
    if (!snapshot || snapshot.base !== undefined) {
      throw lostCommit(oid);
    }
    keyframes.set(oid, snapshot.added);
    return snapshot.added;
  }

  async function resolve(snapshot: StoredSnapshot): Promise<Uint8Array> {
    return snapshot.base === undefined
      ? snapshot.added
      : applyDelta(await readKeyframe(snapshot.base), snapshot);
  }

  return {readAhead, readKeyframe, readSnapshot: async ({snapshot}) => snapshot && resolve(snapshot)};
}
