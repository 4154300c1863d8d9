import {matchesRefs} from '../domain/match-refs.ts';
import {planRefMoves, type RefMove} from '../domain/plan.ts';
import type {RefSummary} from '../domain/ref.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import {type RefListing, readRefs} from '../git/refs.ts';
import type {GitRepository} from '../git/repository.ts';
import {readShallowBoundary, type ShallowBoundary} from '../git/shallow.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import type {Version} from '../store/ports/version.ts';
import type {SyncSettings} from './sync-settings.ts';

/** The state of Git and of the index, and the moves between them. */
export interface Observation {
  /** Full name of the branch that HEAD points at; undefined if it is detached. */
  readonly head: string | undefined;
  /** Refs of Git to index: full name to unpeeled target. */
  readonly wanted: ReadonlyMap<string, string>;
  /** Refs of the index, tombstones included, by name. */
  readonly indexed: ReadonlyMap<string, RefSummary & {readonly version: Version}>;
  /** Refs to index that Git cannot read. */
  readonly broken: readonly string[];
  readonly moves: readonly RefMove[];
  /** The repository's record in the index; undefined if there is none yet. */
  readonly record: RepositoryRecord | undefined;
  /** Git's boundary, read before everything else: if it moves during the run, the next run finds that out. */
  readonly boundary: ShallowBoundary;
  /** True if the histories of the index were made with another boundary: refs may reach more, or less, now. */
  readonly isBoundaryMoved: boolean;
}

/** Reads both sides and changes nothing. A few reads, for a repository of any size. */
export async function observe(
  repository: GitRepository,
  store: IndexReader,
  settings: Pick<SyncSettings, 'repo' | 'refs'>,
  listRefs: () => Promise<RefListing> = () => readRefs(repository),
): Promise<Observation> {
  const boundary = await readShallowBoundary(repository);
  const [git, {refs, record}] = await Promise.all([listRefs(), readIndex(store, settings.repo)]);
  const isWanted = matchesRefs(settings.refs);
  const wanted = selectRefs(git.refs, settings.refs);
  // A ref that Git cannot read is damaged, not deleted: its content in the index stays.
  const broken = git.broken.filter(isWanted);
  for (const {name, state, target} of refs)
    if (state !== 'deleted' && broken.includes(name)) wanted.set(name, target);
  return {
    head: git.head,
    wanted,
    indexed: new Map(refs.map((ref) => [ref.name, ref])),
    broken,
    moves: planRefMoves(wanted, refs),
    record,
    boundary,
    // Without refs the index has no histories yet.
    isBoundaryMoved: record !== undefined && refs.length > 0 && record.boundary !== boundary.digest,
  };
}

async function readIndex(store: IndexReader, repo: string) {
  if (!(await store.hasCollections())) return {refs: [], record: undefined};
  const [refs, repositories] = await Promise.all([store.listRefs(repo), store.listRepositories()]);
  return {refs, record: repositories.find(({id}) => id === repo)};
}

/** The refs of Git to index, by full name. */
export function selectRefs(refs: ReadonlyMap<string, string>, globs: readonly string[]): Map<string, string> {
  const isWanted = matchesRefs(globs);
  return new Map([...refs].filter(([name]) => isWanted(name)));
}

/** True if HEAD names no indexed ref although there are some: then readers must name one. */
export function isHeadLost({head, wanted}: Pick<Observation, 'head' | 'wanted'>): boolean {
  return wanted.size > 0 && (head === undefined || !wanted.has(head));
}
