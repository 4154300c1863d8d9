import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import type {Outbox, PreparedEvent} from '../../events/outbox.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {matchesRefs} from '../observe.ts';
import {describeMove} from './describe-move.ts';
import type {ListBudget} from './event-lists.ts';
import {readFreshHistories} from './fresh-histories.ts';

/** In all lists of all events of one sync: a first import of thousands of tags must not write gigabytes. */
const ITEMS_MAX = 200_000;

/**
 * Tells of moves: first in the outbox, before the refs are written, then to whoever listens, when the index shows
 * that they have happened. So nothing is told that did not happen, and whatever happened is told, wherever a run dies.
 */
export interface EventRecorder {
  /**
   * What was prepared and has happened waits for delivery afterwards; what has not is forgotten. `refs`: the index's,
   * where the caller has them. At the beginning of a run it must be the listing that the plan is made from: a late
   * write of a run that died could else come between the two.
   */
  settle(refs?: Iterable<RefSummary>): Promise<void>;
  /** For each of these refs that is about to be written, and that handlers hear of, there is an event in the outbox. */
  prepare(records: readonly RefRecord[]): Promise<void>;
}

export interface RecorderDeps {
  readonly store: IndexStore;
  readonly outbox: Outbox;
  readonly repository: {readonly id: string; readonly name: string};
  /** Globs of full ref names; empty: all. */
  readonly refs: readonly string[];
}

export function openEventRecorder(deps: RecorderDeps): EventRecorder {
  const {store, outbox, repository} = deps;
  const isWanted = matchesRefs(deps.refs);
  const budget: ListBudget = {itemsLeft: ITEMS_MAX};
  return {
    async settle(refs) {
      if (!outbox.hasPrepared()) return;
      const present = [...(refs ?? (await store.listRefs(repository.id)))];
      const targets = new Map(present.map(({name, target}) => [name, target]));
      outbox.settle(({event, target}) => (targets.get(event.ref) ?? '') === target);
    },
    async prepare(records) {
      const wanted = records.filter(({name}) => isWanted(name));
      if (wanted.length > 0) await outbox.prepare(prepareEvents({store, repository, budget}, wanted));
    },
  };
}

async function* prepareEvents(
  {store, repository, budget}: Pick<RecorderDeps, 'store' | 'repository'> & {budget: ListBudget},
  records: readonly RefRecord[],
): AsyncGenerator<PreparedEvent> {
  const before = await store.readRefs(
    repository.id,
    records.map(({name}) => name),
  );
  const created = records.filter(({name, commit}) => commit && !before.get(name)?.commit);
  using fresh = await readFreshHistories(store, repository.id, created);
  for (const now of records) {
    const move = {before: before.get(now.name), now, fresh: fresh.histories.get(now.name)};
    // From no commit to none: there is nothing that readers see.
    if (!move.before?.commit && !now.commit) continue;
    yield {target: now.target, event: await describeMove({store, repository, budget}, move)};
  }
}
