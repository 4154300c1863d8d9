import type {ReindexReason} from '../../domain/build-settings.ts';
import type {EntryKey} from '../../domain/entry.ts';

/** One thing that is not as it must be, by what it is about. `what` names its members that are wrong, or says why. */
export type Finding = {
  /** Why it cannot be repaired; set by repair, or as soon as it is known. */
  readonly unrepairable?: string | undefined;
} & (
  | RefFinding
  | {readonly kind: 'alias-wrong'; readonly alias: string; readonly ref?: string | undefined}
  | {readonly kind: 'repository-wrong'; readonly what: readonly string[]}
  /** The list of what is being deleted cannot be read: what is left of that is found as extra. */
  | {readonly kind: 'lease-corrupt'}
  | {
      readonly kind: 'counter-behind';
      readonly series: 'entries' | 'commits';
      readonly next: number;
      readonly last: number;
    }
  | ({readonly commit: string} & DocumentFault<'commit'>)
  /** Everything in the index fits together and yet does not give Git's tree. */
  | {readonly kind: 'tree-wrong'; readonly commit: string; readonly tree: string; readonly rebuilt: string}
  | (EntryKey & DocumentFault<'entry'>)
  | Extra<'commit', 'commit'>
  | Extra<'entry', 'path' | 'oid'>
  | {readonly kind: 'object-missing'; readonly key: string; readonly oid: string}
  | {
      readonly kind: 'object-corrupt';
      readonly key: string;
      readonly oid: string;
      readonly what: readonly string[];
    }
  | {readonly kind: 'object-extra'; readonly key: string}
);

type RefFinding =
  /**
   * `ref-unreadable`: Git cannot read the ref, or not what it leads to. What the index shows of it stays, and is not
   * judged.
   */
  | {
      readonly kind: 'ref-behind' | 'ref-unreadable';
      readonly ref: string;
      readonly git: string | null;
      readonly index: string | null;
    }
  /** The ref reaches other commits now: the shallow boundary has moved. Nothing else is looked at before a sync. */
  | {readonly kind: 'history-behind'; readonly ref: string}
  | {readonly kind: 'ref-corrupt'; readonly ref: string; readonly what: readonly string[]}
  | {readonly kind: 'ref-extra'; readonly document: string};

/** A document that must be there. `seq`: its number, where that is certain. */
type DocumentFault<Series extends string> = {readonly seq?: number | undefined} & (
  | {readonly kind: `${Series}-missing`}
  | {readonly kind: `${Series}-corrupt`; readonly what: readonly string[]}
);

/** A document that must not be there: its name in the engine, and what it says of itself. */
type Extra<Series extends string, Member extends string> = {
  readonly kind: `${Series}-extra`;
  readonly document: string;
  readonly seq?: number | undefined;
} & {readonly [Name in Member]?: string | undefined};

/**
 * How `--repair` puts right each kind of finding. A new kind of finding is a member of `Finding` and a line here; one
 * that is repaired in place also has its work in `Repairs` (`examination.ts`) and `repairInPlace`.
 * - `in place`: it is certain what must be there; if that does not help, a rebuild follows (not for objects)
 * - `by number`: in place where the number of the document is known, else by a rebuild
 * - `rebuild`: the index is built again from Git
 * - `sync`: the sync that ends each repair puts it right, and it never leads to a rebuild
 * - `by Git`: only a repair of the Git repository can
 */
export const REPAIR_OF = {
  'ref-behind': 'sync',
  'history-behind': 'sync',
  'ref-unreadable': 'by Git',
  'ref-corrupt': 'in place',
  'ref-extra': 'in place',
  'alias-wrong': 'sync',
  'repository-wrong': 'sync',
  'lease-corrupt': 'in place',
  'counter-behind': 'in place',
  'commit-missing': 'by number',
  'commit-corrupt': 'by number',
  'commit-extra': 'in place',
  'tree-wrong': 'rebuild',
  'entry-missing': 'by number',
  'entry-corrupt': 'by number',
  'entry-extra': 'in place',
  'object-missing': 'in place',
  'object-corrupt': 'in place',
  'object-extra': 'in place',
} as const satisfies Record<Finding['kind'], 'in place' | 'by number' | 'rebuild' | 'sync' | 'by Git'>;

/** True when the finding cannot be put right in place. */
export function needsRebuild(finding: Finding): boolean {
  const way = REPAIR_OF[finding.kind];
  const hasNumber = 'seq' in finding && finding.seq !== undefined;
  return way === 'rebuild' || (way === 'by number' && !hasNumber);
}

/** Something worth knowing that is no fault of the index. */
export type Note =
  /** Git accepts the tree, but it does not follow from its entries: their hash is another. */
  | {readonly kind: 'odd-tree'; readonly commit: string; readonly tree: string; readonly why: string}
  /** Something was indexed under other settings, and is judged by those: see `planReindex`. */
  | ({readonly kind: 'reindex-due'} & ReindexReason)
  /** Git cannot give the blob; the entry says so. */
  | ({readonly kind: 'unreadable'} & EntryKey);

/** How many of each were looked at. */
export interface Checked {
  refs: number;
  commits: number;
  /** Of the commits, those whose message, paths and signatures were compared with Git's. */
  records: number;
  /** Of the commits, those whose tree was rebuilt from the index and hashed. */
  trees: number;
  entries: number;
  /** Of the entries, those whose bytes were hashed, and what follows from them computed again. */
  contents: number;
  objects: number;
}

export interface VerifyProgress {
  readonly type: 'progress';
  readonly stage: 'entries' | 'commits' | 'records' | 'trees' | 'contents' | 'objects' | 'repair';
  readonly done: number;
  readonly total?: number | undefined;
  readonly elapsedMs: number;
}

/** The verdict. `ok` exactly when there are no findings: then the index equals Git but for what is `unproven`. */
export interface Verification {
  readonly type: 'verification';
  readonly ok: boolean;
  readonly checked: Checked;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  /** Files that Git cannot read: nothing tells what their bytes are. Notes name them. */
  readonly unproven: number;
  /** The same seed draws the same sample. */
  readonly seed: number;
  /** True when every commit was compared, because that was asked for or because a first look found something. */
  readonly isComplete: boolean;
  readonly elapsedMs: number;
}
