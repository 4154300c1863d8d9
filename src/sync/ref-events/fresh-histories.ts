import {Bitmap} from '../../domain/bitmap.ts';
import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import type {RefReader} from '../../store/ports/refs.ts';

/** Refs that are read together: the first few are usually enough. */
const FIRST_REFS = 20;
const BATCH_REFS = 200;

/** By ref name: the commits that no other ref shows. */
export interface FreshHistories extends Disposable {
  readonly histories: ReadonlyMap<string, Bitmap>;
}

/**
 * The commits that each new ref shows and no ref of the index does, like `git rev-list new --not --all`. Cost: one read of
 * the other refs, which ends as soon as no commit is left. The refs that moved last are read first, because new branches
 * usually start there.
 */
export async function readFreshHistories(
  store: RefReader,
  repo: string,
  created: readonly RefRecord[],
): Promise<FreshHistories> {
  using opened = new DisposableStack();
  const histories = new Map<string, Bitmap>();
  for (const {name, history} of created) histories.set(name, opened.use(Bitmap.parse(history)));
  const others = created.length === 0 ? [] : newestFirst(await store.listRefs(repo));
  for (let at = 0, count = FIRST_REFS; at < others.length; at += count, count = BATCH_REFS) {
    if ([...histories.values()].every(({size}) => size === 0)) break;
    const records = await store.readRefs(repo, others.slice(at, at + count));
    for (const {history} of records.values()) {
      using shown = Bitmap.parse(history);
      for (const left of histories.values()) left.removeAll(shown);
    }
  }
  const owned = opened.move();
  return {histories, [Symbol.dispose]: () => owned.dispose()};
}

/** The names of live refs, one for each commit. */
function newestFirst(refs: readonly RefSummary[]): string[] {
  const live = refs.filter(({commit}) => commit !== undefined);
  const sorted = live.toSorted((a, b) => (a.indexedAt < b.indexedAt ? 1 : -1));
  return [...new Map(sorted.map(({commit, name}) => [commit, name])).values()];
}
