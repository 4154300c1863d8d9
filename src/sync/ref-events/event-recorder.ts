import {matchesRefs} from '../../domain/match-refs.ts';
import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import type {Outbox, PreparedEvent} from '../../events/outbox.ts';
import type {IndexReader} from '../../store/ports/index-store.ts';
import {describeMove} from './describe-move.ts';
import type {ListBudget} from './event-lists.ts';
import {readFreshHistories} from './fresh-histories.ts';

/** Limit of all lists of all events of one sync: a first import of thousands of tags must not write gigabytes. */
const ITEMS_MAX = 200_000;

/**
 * Reports moves: into the outbox before the refs are written, and to the handlers when the index shows the moves. So even
 * if a run dies at any point, every move is reported, and none that did not happen.
 */
export interface EventRecorder {
  /**
   * Queues the prepared events that have happened for delivery, and drops the others. `refs`: those of the index, if the
   * caller has them. At the beginning of a run it must be the listing from which the plan is made: else a late write of a
   * dead run could come between the two.
   */
  settle(refs?: Iterable<RefSummary>): Promise<void>;
  /** Puts an event into the outbox for each of these refs that handlers get; the refs are written after that. */
  prepare(records: readonly RefRecord[]): Promise<void>;
}

export interface RecorderDeps {
  readonly store: IndexReader;
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
  const names = records.map(({name}) => name);
  const before = await store.readRefs(repository.id, names);
  const created = records.filter(({name, commit}) => commit && !before.get(name)?.commit);
  using fresh = await readFreshHistories(store, repository.id, created);
  for (const now of records) {
    const move = {before: before.get(now.name), now, fresh: fresh.histories.get(now.name)};
    // From no commit to none: readers see no change.
    if (!move.before?.commit && !now.commit) continue;
    yield {target: now.target, event: await describeMove({store, repository, budget}, move)};
  }
}
