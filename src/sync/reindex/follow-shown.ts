import type {RefListing} from '../../git/refs.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {sync} from '../sync.ts';
import type {Failure, SyncSummary} from '../sync-events.ts';
import type {SyncDeps} from '../sync-run.ts';

/** A sync of the next generation: to what the current one shows, whatever Git has meanwhile. */
export interface FollowDeps extends Omit<SyncDeps, 'store' | 'numbers' | 'listRefs' | 'events'> {
  readonly store: IndexStore;
  readonly next: IndexStore;
}

/**
 * The next generation shows what the current one shows afterwards, under the same numbers; but for what Git cannot
 * give any more, which is in the summary's failures.
 */
export async function followShown({store, next, ...deps}: FollowDeps): Promise<SyncSummary> {
  return sync({
    ...deps,
    store: next,
    numbers: store,
    listRefs: () => listShown(store, deps.settings.repo),
    // Whatever the current generation shows was wanted when it was indexed; what is not any more goes with its next sync.
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
 * A ref that cannot be built again is still read in the current generation, and so is a blob that was whole once:
 * the next one must not take that away.
 * @throws PARTIAL when Git could not give something that the current generation has.
 */
export function assertNothingLost({failures}: SyncSummary, known: readonly Failure[]): void {
  const isKnown = ({kind, name, oid}: {kind: string; name: string; oid: string}) =>
    kind === 'object' && known.some((one) => one.kind === kind && one.name === name && one.oid === oid);
  const lost = failures.find((failure) => !isKnown(failure));
  if (!lost) return;
  throw new CtrError('PARTIAL', `Git cannot give ${lost.name} any more: ${lost.reason}`, {
    hint: 'The index stays as it is, and still has it. Mend the repository (git fsck), then run `ctr reindex` again: it goes on where it was.',
    data: {failure: lost},
  });
}

/** The next generation gives no number that the current one has given. */
export async function copyCounters({store, next}: {store: IndexStore; next: IndexStore}): Promise<void> {
  for (const series of ['entries', 'commits'] as const) {
    const behind = (await store.reserveSeqs(series, 0)) - (await next.reserveSeqs(series, 0));
    if (behind > 0) await next.reserveSeqs(series, behind);
  }
}

/** Refs that were deleted before the next generation began have their tombstones there, too: lookups find nothing, and do not fail. */
export async function copyTombstones({
  store,
  next,
  repo,
}: {
  store: IndexStore;
  next: IndexStore;
  repo: string;
}): Promise<void> {
  const known = new Set((await next.listRefs(repo)).map(({name}) => name));
  const names = (await store.listRefs(repo)).flatMap(({name, state}) =>
    state === 'deleted' && !known.has(name) ? [name] : [],
  );
  const tombstones = [...(await store.readRefs(repo, names)).values()];
  await next.putRefs(tombstones.map((record) => ({record, expected: undefined})));
}
