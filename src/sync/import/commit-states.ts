import {Bitmap} from '../../domain/bitmap.ts';
import type {CommitNode, CommitRecord} from '../../domain/commit.ts';
import {lostCommit} from '../../domain/corrupt-index.ts';
import {deltaOfStored, type SnapshotDelta} from '../../domain/snapshot.ts';
import {type LatestCommits, openLatestCommits} from '../latest-commits.ts';
import type {SyncRun} from '../sync-run.ts';

/** Memory of a seq in a JavaScript Set (measured). */
const SEQ_BYTES = 32;

/** The data of a commit that its children need. */
export interface CommitState {
  readonly order: number;
  readonly history: Bitmap;
  /** Undefined if the files of the commit are not indexed. */
  readonly snapshot: SnapshotDelta | undefined;
}

/**
 * The states of the latest commits, bounded. Older ones are read from the index, or from `pending` if they are not
 * stored yet.
 */
export class CommitStates implements Disposable {
  readonly #states: LatestCommits<CommitState>;
  readonly #run: SyncRun;
  readonly #pending: ReadonlyMap<string, CommitRecord>;

  constructor(run: SyncRun, pending: ReadonlyMap<string, CommitRecord>) {
    this.#run = run;
    this.#pending = pending;
    this.#states = openLatestCommits(({snapshot}) =>
      snapshot ? (snapshot.added.size + snapshot.removed.size) * SEQ_BYTES : 0,
    );
  }

  /**
   * Valid until the next `get` or `set`.
   * @throws INDEX_CORRUPT if the index lacks the commit although it should have it.
   */
  async get(oid: string): Promise<CommitState> {
    const known = this.#states.get(oid);
    if (known) return known;
    const {store, settings} = this.#run.deps;
    const record = this.#pending.get(oid) ?? (await store.readCommits(settings.repo, [oid])).get(oid);
    if (!record) throw lostCommit(oid);
    const state = {
      order: record.order,
      history: Bitmap.parse(record.history),
      snapshot: await this.#deltaOf(record),
    };
    this.set(oid, state);
    return state;
  }

  set(oid: string, state: CommitState): void {
    this.#states.set(oid, state);
  }

  /** The bitmap of a keyframe, stored or about to be. */
  async readKeyframe(oid: string): Promise<Uint8Array> {
    return this.#pending.get(oid)?.snapshot?.added ?? this.#run.snapshots.readKeyframe(oid);
  }

  async #deltaOf({oid, snapshot}: CommitNode): Promise<SnapshotDelta | undefined> {
    if (!snapshot) return undefined;
    const keyframe = snapshot.base === undefined ? snapshot.added : await this.readKeyframe(snapshot.base);
    return deltaOfStored(oid, snapshot, keyframe.length);
  }

  [Symbol.dispose](): void {
    this.#states.clear();
  }
}
