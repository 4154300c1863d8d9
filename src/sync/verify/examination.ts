import type {Bitmap} from '../../domain/bitmap.ts';
import type {BuildSettings} from '../../domain/build-settings.ts';
import type {RevRange} from '../../git/rev-list.ts';
import type {StoredSeries} from '../../store/ports/audit.ts';
import type {NewEntry} from '../import/new-entry.ts';
import type {Observation} from '../observe.ts';
import type {SyncDeps} from '../sync-run.ts';
import type {Checked, Finding, Note, VerifyProgress} from './findings.ts';
import type {GitSide} from './git-side.ts';
import type {EntryRepair, WrongCommit} from './repairs.ts';

export type VerifyDeps = Pick<
  SyncDeps,
  'repository' | 'store' | 'objects' | 'settings' | 'listRefs' | 'now'
> & {
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
};

export interface VerifyOptions {
  /** Every commit's tree and record; else a sample of them, and all tips. */
  readonly allCommits: boolean;
  /** All bytes; else those of a sample of the entries. */
  readonly content: boolean;
  /** Draws the samples. */
  readonly seed: number;
  /** Whether objects that nothing needs are no finding: another generation of the index may. Asked where there are some. */
  readonly sharesObjects?: () => Promise<boolean>;
}

/** What one look has found, and what it takes to mend it. */
export interface Examination {
  readonly deps: VerifyDeps;
  readonly options: VerifyOptions;
  readonly observation: Observation;
  readonly git: GitSide;
  /** Under which something may have been indexed: of earlier days, and today's. */
  readonly builtWith: readonly BuildSettings[];
  /** By this ctr's own rules, all of it. */
  readonly isDerivedHere: boolean;
  /** Numbers of what must be there although Git cannot tell: nothing of it is too much. */
  readonly trust: {readonly commits: Bitmap; readonly entries: Bitmap};
  /**
   * Numbers of sound documents that no set shows: sets that agree as far as anybody can tell show others in their
   * place, and contradict each other. With these believed, the sets are wrong. What a look adds counts in the next.
   */
  readonly believed: {readonly commits: Bitmap; readonly entries: Bitmap};
  /** The commits that must be stored: all that the indexed refs reach and Git can read. */
  readonly range: RevRange;
  readonly findings: Finding[];
  readonly notes: Note[];
  readonly checked: Checked;
  readonly repairs: Repairs;
  /** Something does not fit that a sample cannot name. */
  isDoubtful: boolean;
  show(stage: VerifyProgress['stage'], done: number, total?: number): void;
}

/** What repair has to do, by what it is about. */
export interface Repairs {
  readonly entries: EntryRepair[];
  readonly commits: WrongCommit[];
  /** Commits that are keyframes of others. */
  bases: ReadonlySet<string>;
  /** Documents that have to go. */
  readonly extra: Record<StoredSeries, string[]>;
  /** Full names of refs to be written anew. */
  readonly refs: Set<string>;
  /** Objects that nothing needs. */
  readonly staleObjects: string[];
  /** Objects to be put again, each with an entry that needs it. */
  readonly objects: {readonly key: string; readonly entry: NewEntry}[];
  readonly counters: {readonly series: 'entries' | 'commits'; readonly last: number}[];
  /** Numbers of entries that stand-ins turned out to have. */
  entrySeqs: Map<number, number>;
  commitSeqs: Map<number, number>;
  /** The order that a commit must have, as far as its stored date and its parents tell. */
  orderAt: (oid: string) => number | undefined;
}

export function emptyRepairs(): Repairs {
  return {
    entries: [],
    commits: [],
    bases: new Set(),
    extra: {entries: [], commits: [], refs: []},
    refs: new Set(),
    staleObjects: [],
    objects: [],
    counters: [],
    entrySeqs: new Map(),
    commitSeqs: new Map(),
    orderAt: () => undefined,
  };
}
