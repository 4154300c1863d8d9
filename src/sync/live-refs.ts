import {Bitmap} from '../domain/bitmap.ts';
import type {RefRecord} from '../domain/ref.ts';
import type {IndexStore} from '../store/index-store.ts';

/** Two bitmaps each: some MB where trees are large. */
const BATCH_REFS = 200;

/** Every ref that shows a commit now, whole, HEAD's first: it shows the most. */
export async function* scanLiveRefs(
  store: IndexStore,
  {repo, head}: {repo: string; head: string | undefined},
): AsyncGenerator<RefRecord> {
  const names = (await store.listRefs(repo)).filter(({state}) => state === 'live').map(({name}) => name);
  if (head !== undefined && names.includes(head)) names.unshift(head);
  const unique = [...new Set(names)];
  for (let at = 0; at < unique.length; at += BATCH_REFS) {
    const records = await store.readRefs(repo, unique.slice(at, at + BATCH_REFS));
    for (const record of records.values()) if (record.state === 'live') yield record;
  }
}

/** Everything that a ref shows now. */
export interface LiveSeqs extends Disposable {
  /** Commits that a ref reaches. */
  readonly commits: Bitmap;
  /** Entries in the trees that refs point at. */
  readonly tips: Bitmap;
}

export async function readLiveSeqs(
  store: IndexStore,
  of: {repo: string; head: string | undefined},
): Promise<LiveSeqs> {
  const commits = Bitmap.of();
  const tips = Bitmap.of();
  for await (const {history, snapshot} of scanLiveRefs(store, of)) {
    using reached = Bitmap.parse(history);
    using shown = Bitmap.parse(snapshot);
    commits.addAll(reached);
    tips.addAll(shown);
  }
  return {
    commits,
    tips,
    [Symbol.dispose]() {
      commits[Symbol.dispose]();
      tips[Symbol.dispose]();
    },
  };
}
