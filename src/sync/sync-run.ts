import type {RefListing} from '../git/refs.ts';
import type {GitRepository} from '../git/repository.ts';
import type {IndexSet} from '../store/ports/generations.ts';
import type {IndexStore} from '../store/ports/index-store.ts';
import type {ObjectStore} from '../store/ports/object-store.ts';
import {openSnapshotReader, type SnapshotReader} from '../store/snapshot-reader.ts';
import {type FailureLog, openFailureLog} from './failures.ts';
import type {ImportCounts} from './import/blob-importer.ts';
import type {EventRecorder} from './ref-events/event-recorder.ts';
import type {SyncEvent, SyncPhase} from './sync-progress.ts';
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
  /** For repair: full names of refs whose documents are written again where they are. */
  readonly damagedRefs?: ReadonlySet<string> | undefined;
}

/** For repair: these commits are made again, and the others of the range are left as they are. */
export interface CommitRenewal {
  readonly isWanted: (oid: string) => boolean;
  /** The numbers that commits keep, by oid. */
  readonly readSeqs: (oids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Oids of commits that others are stored as differences from. */
  readonly keyframes: ReadonlySet<string>;
}

/** Dependencies of work under the sync's lock. */
export type LockedDeps = SyncDeps & {readonly store: IndexSet};

/** The counts of one run so far. */
export interface RunCounts extends ImportCounts {
  /** Stored commits. */
  commits: number;
  /** Commits read from Git; ahead of `commits`. */
  commitsRead: number;
  /** Commits that an interrupted run has stored. */
  commitsFound: number;
  /** Unknown until Git has counted them. */
  commitsTotal: number | undefined;
  bytesTotal: number | undefined;
  refs: number;
  commitsRemoved: number;
  entriesRemoved: number;
  objectsRemoved: number;
}

/** The size of an import. */
export interface ImportTotals {
  readonly commits: number;
  readonly bytes?: number | undefined;
}

/** One run of a sync: one observation of Git and all its consequences. */
export interface SyncRun extends Disposable {
  readonly deps: SyncDeps;
  readonly snapshots: SnapshotReader;
  readonly failures: FailureLog;
  readonly counts: RunCounts;
  elapsedMs(): number;
  /**
   * Begins the phase. Progress is reported from now on, twice a second and at the end of a phase. `countTotals` is
   * called with the first report, so a short run never pays for it.
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
      // Damage: the run itself reports it.
      () => undefined,
    );
  };
  let timer: NodeJS.Timeout | undefined;
  let phase: SyncPhase = 'start';
  let countTotals: (() => Promise<ImportTotals>) | undefined;
  let hasTold = false;
  const tell = () => {
    hasTold = true;
    if (countTotals) keepTotals(countTotals());
    countTotals = undefined;
    const {commitsTotal, commitsFound, entries, bytes, bytesTotal} = counts;
    // A damaged history is read in parts, which may contain the same commits.
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
