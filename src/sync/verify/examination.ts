import {isDeepStrictEqual} from 'node:util';
import {Bitmap} from '../../domain/bitmap.ts';
import {type BuildSettings, planReindex} from '../../domain/build-settings.ts';
import type {EntryKey} from '../../domain/entry.ts';
import type {RevRange} from '../../git/rev-list.ts';
import type {StoredSeries} from '../../store/ports/audit.ts';
import {buildSettingsOf} from '../claim-repository.ts';
import type {NewEntry} from '../import/new-entry.ts';
import type {Observation} from '../observe.ts';
import type {SyncDeps} from '../sync-run.ts';
import type {Checked, Finding, Note, VerifyProgress} from './findings.ts';
import type {GitSide} from './git-side.ts';

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
  /** True when objects that nothing needs are no finding: another generation may need them. Asked where there are some. */
  readonly sharesObjects?: () => Promise<boolean>;
}

/** One look: its subject, its findings, and what repair needs to know. */
export interface Examination extends Disposable {
  readonly deps: VerifyDeps;
  readonly options: VerifyOptions;
  readonly observation: Observation;
  readonly git: GitSide;
  /** All settings under which something may have been indexed; the present ones last. */
  readonly builtWith: readonly BuildSettings[];
  /** True if everything was derived by the rules of this version. */
  readonly isDerivedHere: boolean;
  /** Numbers of what must be there although Git cannot tell: nothing of it is extra. */
  readonly trust: {readonly commits: Bitmap; readonly entries: Bitmap};
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

/** An entry whose document must be made again. */
export interface EntryRepair extends EntryKey {
  readonly id: string;
  /** Undefined: nothing tells its number. */
  readonly seq: number | undefined;
  readonly introducedBy: string;
  /** Documents that stand in its place. */
  readonly staleKeys: readonly string[];
}

/** Numbers where documents alone do not tell them. */
export interface SeqsInDoubt {
  /** Found out from bitmaps: of entries by document id, of commits by oid. */
  readonly identified: ReadonlyMap<string, number>;
  /** Several documents say that they have these. */
  readonly shared: ReadonlySet<number>;
}

/** The work of repair, by what it is about. */
export interface Repairs {
  readonly entries: EntryRepair[];
  /** Documents that have to go. */
  readonly extra: Record<StoredSeries, string[]>;
  /** Documents that stand in the place of a commit, under a wrong number or of another commit. */
  readonly misplacedCommits: string[];
  readonly seqs: {entries: SeqsInDoubt; commits: SeqsInDoubt};
  /** Full names of refs to be written again. */
  readonly refs: Set<string>;
  /** Objects that nothing needs. */
  readonly staleObjects: string[];
  /** Objects to be put again, each with an entry that needs it. */
  readonly objects: {readonly key: string; readonly entry: NewEntry}[];
  readonly counters: {readonly series: 'entries' | 'commits'; readonly last: number}[];
}

/** A look that has found nothing yet. */
export function openExamination(
  deps: VerifyDeps,
  options: VerifyOptions,
  {
    today,
    ...sides
  }: Pick<Examination, 'observation' | 'git' | 'builtWith' | 'range'> & {
    /** The settings of now; `deps` may have others where the index was built with several. */
    readonly today: BuildSettings;
  },
): Examination {
  const startedAt = deps.now().getTime();
  const trust = {commits: Bitmap.of(), entries: Bitmap.of()};
  return {
    deps,
    options,
    ...sides,
    trust,
    isDerivedHere: sides.builtWith.every(({derivation}) => derivation === today.derivation),
    findings: [],
    notes: planReindex(sides.builtWith, today).map((reason) => ({kind: 'reindex-due', ...reason})),
    checked: {refs: 0, commits: 0, records: 0, trees: 0, entries: 0, contents: 0, objects: 0},
    repairs: noRepairs(),
    isDoubtful: false,
    show(stage, done, total) {
      deps.onProgress?.({type: 'progress', stage, done, total, elapsedMs: deps.now().getTime() - startedAt});
    },
    [Symbol.dispose]() {
      for (const set of [trust.commits, trust.entries]) set[Symbol.dispose]();
    },
  };
}

function noRepairs(): Repairs {
  const noDoubt = {identified: new Map<string, number>(), shared: new Set<number>()};
  return {
    entries: [],
    extra: {entries: [], commits: [], refs: []},
    misplacedCommits: [],
    seqs: {entries: noDoubt, commits: noDoubt},
    refs: new Set(),
    staleObjects: [],
    objects: [],
    counters: [],
  };
}

/** The settings of earlier days, and today's last. */
export async function readBuiltWith({store, settings}: VerifyDeps): Promise<readonly BuildSettings[]> {
  const records = (await store.hasCollections()) ? await store.listRepositories() : [];
  const own = records.find(({id}) => id === settings.repo);
  const today = buildSettingsOf(settings);
  return [...(own?.builtWith ?? []).filter((one) => !isDeepStrictEqual(one, today)), today];
}
