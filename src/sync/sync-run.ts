import type {RefListing} from '../git/refs.ts';
import type {GitRepository} from '../git/repository.ts';
import type {IndexSet} from '../store/ports/generations.ts';
import type {IndexStore} from '../store/ports/index-store.ts';
import type {ObjectStore} from '../store/ports/object-store.ts';
import {openSnapshotReader, type SnapshotReader} from '../store/snapshot-reader.ts';
import {type FailureLog, openFailureLog} from './failures.ts';
import type {EventRecorder} from './ref-events/event-recorder.ts';
import type {Progress, SyncCounts, SyncEvent, SyncPhase} from './sync-progress.ts';
import type {SyncSettings} from './sync-settings.ts';

const PROGRESS_EVERY_MS = 500;

/** The source of numbers: known ones, and new ones. */
export type SeqSource = Pick<IndexStore, 'readEntrySeqs' | 'readCommitSeqs' | 'reserveSeqs'>;

export interface SyncDeps {
  readonly repository: GitRepository;
  readonly store: IndexStore;
  /** Source of the numbers of entries and commits; default: the store. Differs for the next generation of another store. */
  readonly numbers?: SeqSource | undefined;
  /** The refs that the index must show; default: Git's. */
  readonly listRefs?: (() => Promise<RefListing>) | undefined;
  readonly objects: ObjectStore;
  readonly settings: SyncSettings;
  /** File of the failures. */
  readonly failuresFile: string;
  /** Reports moves; absent if there are no handlers. */
  readonly events?: EventRecorder | undefined;
  readonly onEvent: (event: SyncEvent) => void;
  readonly now: () => Date;
  /** For repair: what is written again where it is. */
  readonly damaged?: Damaged | undefined;
}

export interface Damaged {
  /** Full names of refs. */
  readonly refs: ReadonlySet<string>;
  /** True for the oid of a damaged commit. All other commits are judged, too: each must follow from its parents. */
  readonly hasCommit?: ((oid: string) => boolean) | undefined;
}

/** Dependencies of work under the sync's lock. */
export type LockedDeps = SyncDeps & {readonly store: IndexSet};

/** The size of an import; unknown until Git has counted it. */
export type ImportTotals = Pick<Progress, 'commitsTotal' | 'bytesTotal'>;

/** One run of a sync: one observation of Git and all its consequences. */
export interface SyncRun extends Disposable {
  readonly deps: SyncDeps;
  readonly snapshots: SnapshotReader;
  readonly failures: FailureLog;
  readonly counts: SyncCounts;
  /** Commits read from Git, ahead of those written, and commits that an interrupted run has stored. */
  readonly seen: {commitsRead: number; commitsFound: number};
  elapsedMs(): number;
  /**
   * Begins the phase. Progress is reported from now on, twice a second and at the end of a phase. `countTotals` is
   * called with the first report, so a short run never pays for it.
   */
  enter(phase: SyncPhase, countTotals?: () => Promise<ImportTotals>): void;
}

export function openSyncRun(deps: SyncDeps): SyncRun {
  const startedAt = deps.now().getTime();
  const counts: SyncCounts = {
    entriesWritten: 0,
    commitsWritten: 0,
    objectsWritten: 0,
    refsWritten: 0,
    bytesRead: 0,
    entriesRemoved: 0,
    commitsRemoved: 0,
    objectsRemoved: 0,
  };
  const seen = {commitsRead: 0, commitsFound: 0};
  const elapsedMs = () => deps.now().getTime() - startedAt;
  let timer: NodeJS.Timeout | undefined;
  let phase: SyncPhase = 'start';
  let totals: ImportTotals = {};
  let countTotals: (() => Promise<ImportTotals>) | undefined;
  let hasTold = false;
  const tell = () => {
    hasTold = true;
    // Damage: the run itself reports it.
    void countTotals?.().then(
      (counted) => (totals = counted),
      () => undefined,
    );
    countTotals = undefined;
    const {commitsRead, commitsFound} = seen;
    // A damaged history is read in parts, which may contain the same commits.
    const commits = Math.min(commitsRead + commitsFound, totals.commitsTotal ?? Number.POSITIVE_INFINITY);
    const {entriesWritten: entries, bytesRead: bytes} = counts;
    const at = {phase, commits, commitsFound, entries, bytes, ...totals};
    deps.onEvent({type: 'progress', ...at, elapsedMs: elapsedMs()});
  };
  return {
    deps,
    snapshots: openSnapshotReader(deps.store, deps.settings.repo),
    failures: openFailureLog(deps),
    counts,
    seen,
    elapsedMs,
    enter(next, count) {
      // A phase that was reported is reported to its end.
      if (hasTold && next !== phase) tell();
      phase = next;
      countTotals ??= count;
      timer ??= setInterval(tell, PROGRESS_EVERY_MS);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
