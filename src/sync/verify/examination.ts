import {isDeepStrictEqual} from 'node:util';
import {Bitmap} from '../../domain/bitmap.ts';
import {type BuildSettings, planReindex} from '../../domain/build-settings.ts';
import type {EntryKey} from '../../domain/entry.ts';
import type {RevRange} from '../../git/rev-list.ts';
import type {StoredSeries} from '../../store/ports/audit.ts';
import {buildSettingsOf} from '../claim-repository.ts';
import type {NewEntry} from '../import/make-entry.ts';
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

const NO_DOUBT: SeqsInDoubt = {identified: new Map(), shared: new Set()};

/** The work of repair, by what it is about. */
export class Repairs {
  readonly entries: EntryRepair[] = [];
  /** Documents that have to go. */
  readonly extra: Record<StoredSeries, string[]> = {entries: [], commits: [], refs: []};
  /** Documents that stand in the place of a commit, under a wrong number or of another commit. */
  readonly misplacedCommits: string[] = [];
  readonly seqs = {entries: NO_DOUBT, commits: NO_DOUBT};
  /** Full names of refs to be written again. */
  readonly refs = new Set<string>();
  /** Objects that nothing needs. */
  readonly staleObjects: string[] = [];
  /** Objects to be put again, each with an entry that needs it. */
  readonly objects: {readonly key: string; readonly entry: NewEntry}[] = [];
  readonly counters: {readonly series: 'entries' | 'commits'; readonly last: number}[] = [];
}

/** One look: its subject, its findings, and what repair needs to know. */
export class Examination implements Disposable {
  readonly deps: VerifyDeps;
  readonly options: VerifyOptions;
  readonly observation: Observation;
  readonly git: GitSide;
  /** All settings under which something may have been indexed; the present ones last. */
  readonly builtWith: readonly BuildSettings[];
  /** True if everything was derived by the rules of this version. */
  readonly isDerivedHere: boolean;
  /** Numbers of what must be there although Git cannot tell: nothing of it is extra. */
  readonly trust = {commits: Bitmap.of(), entries: Bitmap.of()};
  /** The commits that must be stored: all that the indexed refs reach and Git can read. */
  readonly range: RevRange;
  readonly findings: Finding[] = [];
  readonly notes: Note[];
  readonly checked: Checked = {
    refs: 0,
    commits: 0,
    records: 0,
    trees: 0,
    entries: 0,
    contents: 0,
    objects: 0,
  };
  readonly repairs = new Repairs();
  /** Something does not fit that a sample cannot name. */
  isDoubtful = false;
  readonly #startedAt: number;

  constructor(
    subject: Pick<Examination, 'deps' | 'options' | 'observation' | 'git' | 'builtWith' | 'range'>,
  ) {
    const {deps, options, observation, git, builtWith, range} = subject;
    const today = builtWith.at(-1)!;
    this.deps = deps;
    this.options = options;
    this.observation = observation;
    this.git = git;
    this.builtWith = builtWith;
    this.range = range;
    this.isDerivedHere = builtWith.every(({derivation}) => derivation === today.derivation);
    this.notes = planReindex(builtWith, today).map((reason) => ({kind: 'reindex-due', ...reason}));
    this.#startedAt = deps.now().getTime();
  }

  show(stage: VerifyProgress['stage'], done: number, total?: number): void {
    const elapsedMs = this.deps.now().getTime() - this.#startedAt;
    this.deps.onProgress?.({type: 'progress', stage, done, total, elapsedMs});
  }

  [Symbol.dispose](): void {
    for (const set of [this.trust.commits, this.trust.entries]) set[Symbol.dispose]();
  }
}

/** The settings of earlier days, and today's last. */
export async function readBuiltWith({store, settings}: VerifyDeps): Promise<readonly BuildSettings[]> {
  const records = (await store.hasCollections()) ? await store.listRepositories() : [];
  const own = records.find(({id}) => id === settings.repo);
  const today = buildSettingsOf(settings);
  return [...(own?.builtWith ?? []).filter((one) => !isDeepStrictEqual(one, today)), today];
}
