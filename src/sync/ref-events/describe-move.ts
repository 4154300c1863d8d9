import {randomUUID} from 'node:crypto';
import {type Bitmap, difference, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {RefRecord} from '../../domain/ref.ts';
import type {RefEvent} from '../../domain/ref-event.ts';
import type {IndexReader} from '../../store/ports/index-store.ts';
import {type ListBudget, readChangedPaths, readCommitOids} from './event-lists.ts';

/** A ref's document before and after the move. At least one of them shows a commit. */
export interface RecordedMove {
  readonly before: RefRecord | undefined;
  readonly now: RefRecord;
  /** For a ref that did not show a commit before: the commits that no other ref shows. */
  readonly fresh: Bitmap | undefined;
}

/** The bitmaps of a ref that shows no commit. */
const NOTHING = {history: EMPTY_BITMAP, snapshot: EMPTY_BITMAP};

/**
 * The event of a move, from the two bitmaps alone: Git may have deleted the old commits already. The cost depends on the
 * changes of the move, not on the content of the ref.
 */
export async function describeMove(
  {store, repository, budget}: {store: IndexReader; repository: RefEvent['repository']; budget: ListBudget},
  {before, now, fresh}: RecordedMove,
): Promise<RefEvent> {
  const from = before?.commit === undefined ? undefined : before;
  const to = now.commit === undefined ? undefined : now;
  const old = from ?? NOTHING;
  const next = to ?? NOTHING;
  using come = difference(next.history, old.history);
  using gone = difference(old.history, next.history);
  using added = difference(next.snapshot, old.snapshot);
  using removed = difference(old.snapshot, next.snapshot);
  const news = fresh ?? come;
  const commits = await readCommitOids(store, news, budget);
  const {paths, totals} = await readChangedPaths(store, {added, removed}, budget);
  return {
    id: randomUUID(),
    repository,
    ref: now.name,
    kind: now.kind,
    change: from === undefined ? 'created' : to === undefined ? 'deleted' : 'moved',
    old: from?.commit ?? null,
    new: to?.commit ?? null,
    forced: from !== undefined && to !== undefined && gone.size > 0,
    at: now.indexedAt,
    commits,
    paths,
    totals: {commits: news.size, ...totals},
    truncated:
      commits.length < news.size ||
      paths.added.length < totals.added ||
      paths.changed.length < totals.changed ||
      paths.removed.length < totals.removed,
  };
}
