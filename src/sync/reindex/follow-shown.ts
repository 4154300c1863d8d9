import type {RefListing} from '../../git/refs.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {raiseCounter} from '../import/seq-blocks.ts';
import {sync} from '../sync.ts';
import type {Failure, SyncSummary} from '../sync-progress.ts';
import type {SyncDeps} from '../sync-run.ts';
import type {Indexes} from './compare-generations.ts';

/**
 * A sync of the next generation to the refs of the current one, or to those of `listRefs`, under the numbers of the
 * current one, or those of `numbers`.
 */
export interface FollowDeps extends Omit<SyncDeps, 'events'> {
  readonly next: IndexStore;
}

/**
 * The next generation shows the same as the current one afterwards, with the same numbers, except for content that Git
 * cannot read any more, which is in the summary's failures.
 */
export async function followShown({store, next, ...deps}: FollowDeps): Promise<SyncSummary> {
  return sync({
    listRefs: () => listShown(store, deps.settings.repo),
    numbers: store,
    ...deps,
    store: next,
    // Handlers are told of the moves of the current generation.
    events: undefined,
    // All refs of the current generation were wanted when they were indexed; its next sync drops unwanted ones.
    settings: {...deps.settings, refs: []},
  });
}

/** The refs of the index, as Git would list them. */
export async function listShown(store: IndexStore, repo: string): Promise<RefListing> {
  const record = (await store.listRepositories()).find(({id}) => id === repo);
  const shown = (await store.listRefs(repo)).filter(({state}) => state !== 'deleted');
  return {head: record?.head, refs: new Map(shown.map(({name, target}) => [name, target])), broken: []};
}

/**
 * Refs and blobs that Git cannot read any more can still be read in the current generation: the next one must not lose
 * them.
 * @throws PARTIAL if Git cannot read something that the current generation has.
 */
export function assertNothingLost({failures}: SyncSummary, known: readonly Failure[]): void {
  const isKnown = ({kind, name, oid}: {kind: string; name: string; oid: string}) =>
    kind === 'object' && known.some((one) => one.kind === kind && one.name === name && one.oid === oid);
  const lost = failures.find((failure) => !isKnown(failure));
  if (!lost) return;
  throw new CtrError('PARTIAL', `Git cannot give ${lost.name} any more: ${lost.reason}`, {
    hint: 'The index stays as it is, and still has it. Repair the repository (git fsck), then run `ctr reindex` again: it resumes.',
    data: {failure: lost},
  });
}

/** After this the next generation gives no number that the current one has given. */
export async function copyCounters({store, next}: {store: IndexStore; next: IndexStore}): Promise<void> {
  for (const series of ['entries', 'commits'] as const) {
    await raiseCounter(next, series, await store.reserveSeqs(series, 0));
  }
}

/** Copies the tombstones of refs that were deleted before the next generation began, so that lookups do not fail. */
export async function copyTombstones({store, next, repo}: Indexes): Promise<void> {
  const known = new Set((await next.listRefs(repo)).map(({name}) => name));
  const names = (await store.listRefs(repo)).flatMap(({name, state}) =>
    state === 'deleted' && !known.has(name) ? [name] : [],
  );
  const tombstones = [...(await store.readRefs(repo, names)).values()];
  await next.putRefs(tombstones.map((record) => ({record, expected: undefined})));
}
