import {isUnusable} from '../store/index-errors.ts';
import {CtrError} from '../util/ctr-error.ts';
import {applyMoves} from './apply-moves.ts';
import {publishChosenRefs} from './apply-refs.ts';
import {claimRepository, confirmRepository} from './claim-repository.ts';
import {followFirstPush} from './follow-first-push.ts';
import {retryUnreadable} from './import/import-history.ts';
import {observe} from './observe.ts';
import {openLease} from './removal/held-lease.ts';
import {deleteCondemned, removeDropped} from './removal/remove-dead.ts';
import {findStaleRefs, planRewrites} from './stale-histories.ts';
import type {SyncSummary} from './sync-progress.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from './sync-run.ts';

const ATTEMPTS_MAX = 3;

/**
 * The index shows the state of Git afterwards, except for the failures in the summary. Level-triggered: it compares Git's
 * refs with those of the index, and does not depend on events. The caller holds the repository's lock. A stale worker
 * (paused, then overtaken) is refused by compare-and-set, and observes again.
 */
export async function sync(deps: SyncDeps): Promise<SyncSummary> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await syncOnce(deps);
    } catch (error) {
      const wasOvertaken = error instanceof CtrError && error.code === 'CONFLICT' && (await ownsName(deps));
      if (!wasOvertaken || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function syncOnce(deps: SyncDeps): Promise<SyncSummary> {
  using run = openSyncRun(deps);
  // Repair has found out what is lost.
  if (!deps.damaged?.hasCommit) await assertWhole(deps);
  const seen = await observe(deps.repository, deps.store, deps.settings, deps.listRefs);
  const observation = await followFirstPush(deps, seen);
  deps.onEvent({type: 'plan', moves: observation.moves});
  await deps.events?.settle(observation.indexed.values());
  const stale = await findStaleRefs(deps, observation);
  const record = await claimRepository(deps, observation, {isStale: stale.length > 0});
  for (const name of observation.broken) {
    run.failures.add({kind: 'ref', name, oid: '', reason: 'Git cannot read the ref'});
  }
  const lease = await openLease(deps.store, deps.settings.repo);
  // A condemned document must not be shown again.
  await deleteCondemned(run, lease);
  await retryUnreadable(run);
  const rewrites = planRewrites(new Set([...stale, ...(deps.damaged?.refs ?? [])]), observation);
  // Where a commit is damaged, no ref tells whose whole history is stored.
  const unsure = deps.damaged?.hasCommit ? [...observation.indexed.keys()] : stale;
  const written = await applyMoves(run, observation, {stale: unsure, rewrites, lease});
  await deps.events?.settle();
  await publishChosenRefs(deps.store, deps.settings, observation);
  const hasStale = stale.some((name) => !written.has(name));
  await confirmRepository(deps, record, {...observation, hasStale});
  await removeDropped(run, lease, observation.head);
  await deps.store.rememberHoldings(deps.settings.repo);
  return finish(run, {
    moves: observation.moves,
    rewritten: rewrites.map(({name}) => name).filter((name) => written.has(name)),
    head: observation.record && describeHead(observation.record.head, observation.head),
  });
}

/** Undefined if HEAD has not changed. */
function describeHead(from: string | undefined, to: string | undefined): SyncSummary['head'] {
  return from === to ? undefined : {from: from ?? null, to: to ?? null};
}

/**
 * Checks the index before the first write. Single lost documents stop nothing: `ctr status` reports them.
 * @throws INDEX_UNUSABLE if the index must be built again.
 */
async function assertWhole({store, settings}: SyncDeps): Promise<void> {
  if (!(await store.hasCollections())) return;
  const loss = await store.findLoss(settings.repo);
  if (isUnusable(loss)) throw loss;
}

function finish(run: SyncRun, done: Pick<SyncSummary, 'moves' | 'rewritten' | 'head'>): SyncSummary {
  const failures = run.failures.save();
  const summary: SyncSummary = {
    type: 'summary',
    repo: run.deps.settings.name,
    ...done,
    ...run.counts,
    elapsedMs: run.elapsedMs(),
    failures,
  };
  run.deps.onEvent(summary);
  return summary;
}

/** True if the index belongs to this repository: then a conflict is a concurrent write and can be retried. */
async function ownsName({store, settings}: SyncDeps): Promise<boolean> {
  return (await store.listRepositories()).some(({id}) => id === settings.repo);
}
