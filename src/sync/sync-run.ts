import type {RefListing} from '../git/refs.ts';
import type {GitRepository} from '../git/repository.ts';
import type {IndexSet, IndexStore} from '../store/index-store.ts';
import type {ObjectStore} from '../store/object-store.ts';
import {openSnapshotReader, type SnapshotReader} from '../store/snapshot-reader.ts';
import type {EventRecorder} from './events/event-recorder.ts';
import {type FailureLog, openFailureLog} from './failures.ts';
import type {ImportCounts} from './import/blob-importer.ts';
import type {SyncSettings} from './settings.ts';
import type {SyncEvent} from './sync-events.ts';

const PROGRESS_EVERY_MS = 500;

/** Who gives numbers: those it knows, and new ones. */
export type SeqSource = Pick<IndexStore, 'readEntrySeqs' | 'readCommitSeqs' | 'reserveSeqs'>;

export interface SyncDeps {
  readonly repository: GitRepository;
  readonly store: IndexStore;
  /** Whose numbers entries and commits get; the store's own unless it is the next generation of another. */
  readonly numbers?: SeqSource | undefined;
  /** Which refs the index is to show; Git's unless said. */
  readonly listRefs?: (() => Promise<RefListing>) | undefined;
  readonly objects: ObjectStore;
  readonly settings: SyncSettings;
  /** Where what went wrong is kept. */
  readonly failuresFile: string;
  /** Who tells of moves; absent: nobody listens. */
  readonly events?: EventRecorder | undefined;
  readonly onEvent: (event: SyncEvent) => void;
  readonly now: () => Date;
}

/** What runs while no other sync of the repository does works with. */
export type LockedDeps = SyncDeps & {readonly store: IndexSet};

/** What one run has done so far. */
export interface RunCounts extends ImportCounts {
  /** Stored. */
  commits: number;
  /** Come in from Git; ahead of `commits`. */
  commitsRead: number;
  /** Unknown until Git has counted them. */
  commitsTotal: number | undefined;
  refs: number;
  commitsRemoved: number;
  entriesRemoved: number;
  objectsRemoved: number;
}

/** One look at Git and everything that follows from it. */
export interface SyncRun extends Disposable {
  readonly deps: SyncDeps;
  readonly snapshots: SnapshotReader;
  readonly failures: FailureLog;
  readonly counts: RunCounts;
  elapsedMs(): number;
  /**
   * Progress is told from now on, twice a second, until the run is disposed of. How far it is to the end is asked for
   * then: a short run is not worth the question.
   */
  showProgress(countTotal: () => Promise<number>): void;
}

export function openSyncRun(deps: SyncDeps): SyncRun {
  const startedAt = deps.now().getTime();
  const counts: RunCounts = {
    commits: 0,
    commitsRead: 0,
    commitsTotal: undefined,
    refs: 0,
    entries: 0,
    objects: 0,
    bytes: 0,
    commitsRemoved: 0,
    entriesRemoved: 0,
    objectsRemoved: 0,
  };
  const elapsedMs = () => deps.now().getTime() - startedAt;
  const keepTotal = (counting: Promise<number>) => {
    counting.then(
      (total) => {
        counts.commitsTotal = total;
      },
      // Damage: the run itself finds out what it is.
      () => undefined,
    );
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    deps,
    snapshots: openSnapshotReader(deps.store, deps.settings.repo),
    failures: openFailureLog(deps),
    counts,
    elapsedMs,
    showProgress(countTotal) {
      let isAsked = false;
      timer ??= setInterval(() => {
        if (!isAsked) keepTotal(countTotal());
        isAsked = true;
        const {commitsRead: commits, commitsTotal, entries, bytes} = counts;
        deps.onEvent({type: 'progress', commits, commitsTotal, entries, bytes, elapsedMs: elapsedMs()});
      }, PROGRESS_EVERY_MS);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
