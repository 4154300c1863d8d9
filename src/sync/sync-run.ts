import type {RefListing} from '../git/refs.ts';
import type {GitRepository} from '../git/repository.ts';
import type {IndexSet} from '../store/ports/generations.ts';
import type {IndexStore} from '../store/ports/index-store.ts';
import type {ObjectStore} from '../store/ports/object-store.ts';
import {openSnapshotReader, type SnapshotReader} from '../store/snapshot-reader.ts';
import type {EventRecorder} from './events/event-recorder.ts';
import {type FailureLog, openFailureLog} from './failures.ts';
import type {ImportCounts} from './import/blob-importer.ts';
import type {SyncSettings} from './settings.ts';
import type {SyncEvent, SyncPhase} from './sync-events.ts';

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
  /** Stored by a run that was interrupted. */
  commitsFound: number;
  /** Unknown until Git has counted them. */
  commitsTotal: number | undefined;
  bytesTotal: number | undefined;
  refs: number;
  commitsRemoved: number;
  entriesRemoved: number;
  objectsRemoved: number;
}

/** What there is to import. */
export interface ImportTotals {
  readonly commits: number;
  readonly bytes?: number | undefined;
}

/** One look at Git and everything that follows from it. */
export interface SyncRun extends Disposable {
  readonly deps: SyncDeps;
  readonly snapshots: SnapshotReader;
  readonly failures: FailureLog;
  readonly counts: RunCounts;
  elapsedMs(): number;
  /**
   * The phase has begun. Progress is told from now on, twice a second, until the run is disposed of. How much there is
   * to do is asked for then: a short run is not worth the question.
   */
  enter(phase: SyncPhase, countTotals?: () => Promise<ImportTotals>): void;
}

export function openSyncRun(deps: SyncDeps): SyncRun {
  const startedAt = deps.now().getTime();
  const counts: RunCounts = {
    commits: 0,
    commitsRead: 0,
    commitsFound: 0,
    commitsTotal: undefined,
    bytesTotal: undefined,
    refs: 0,
    entries: 0,
    objects: 0,
    bytes: 0,
    commitsRemoved: 0,
    entriesRemoved: 0,
    objectsRemoved: 0,
  };
  const elapsedMs = () => deps.now().getTime() - startedAt;
  const keepTotals = (counting: Promise<ImportTotals>) => {
    counting.then(
      ({commits, bytes}) => {
        Object.assign(counts, {commitsTotal: commits, bytesTotal: bytes});
      },
      // Damage: the run itself finds out what it is.
      () => undefined,
    );
  };
  let timer: NodeJS.Timeout | undefined;
  let phase: SyncPhase = 'start';
  let countTotals: (() => Promise<ImportTotals>) | undefined;
  const tell = () => {
    if (countTotals) keepTotals(countTotals());
    countTotals = undefined;
    const {commitsTotal, commitsFound, entries, bytes, bytesTotal} = counts;
    // A damaged history is read in parts, which have commits in common.
    const commits = Math.min(counts.commitsRead + commitsFound, commitsTotal ?? Number.POSITIVE_INFINITY);
    const at = {phase, commits, commitsFound, commitsTotal, entries, bytes, bytesTotal};
    deps.onEvent({type: 'progress', ...at, elapsedMs: elapsedMs()});
  };
  return {
    deps,
    snapshots: openSnapshotReader(deps.store, deps.settings.repo),
    failures: openFailureLog(deps),
    counts,
    elapsedMs,
    enter(next, count) {
      phase = next;
      countTotals ??= count;
      timer ??= setInterval(tell, PROGRESS_EVERY_MS);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
