import {filterCommits} from '../../git/refs.ts';
import {streamTree} from '../../git/stream-tree.ts';
import {isDamage, splitDamaged} from '../damage.ts';
import type {SyncRun} from '../sync-run.ts';
import {BlobImporter} from './blob-importer.ts';
import {EntryWriter} from './entry-writer.ts';
import {importCommits} from './import-commits.ts';

/** The commits to store: all that `tips` reach and `known` do not. */
export interface HistoryRange {
  readonly tips: readonly string[];
  readonly known: readonly string[];
  /** On the first import: the commit whose tree is numbered first, in path order. */
  readonly numberFirst: string | undefined;
}

/**
 * Everything that the tips reach is stored and visible afterwards, except for the returned tips: Git cannot read their
 * history, and the run's failures say why. A damaged branch costs a search for it, and does not affect the others.
 */
export async function importHistory(run: SyncRun, range: HistoryRange): Promise<Map<string, string>> {
  let {known, numberFirst} = range;
  return splitDamaged(range.tips, async (tips) => {
    for (;;) {
      try {
        return await withEntryWriter(run, (writer) => importRange(run, writer, {tips, known, numberFirst}));
      } catch (error) {
        if (!isDamage(error)) throw error;
        // The unreadable tree may be the one to be numbered ahead.
        numberFirst = undefined;
        // A commit that a concurrent garbage collection has deleted is no damage of the tips.
        const present = await filterCommits(run.deps.repository, known);
        if (present.length === known.length) throw error;
        known = present;
      }
    }
  });
}

/** Runs `work` with a writer; every entry that it resolved is stored and visible afterwards. */
export async function withEntryWriter<T>(
  run: SyncRun,
  work: (writer: EntryWriter) => Promise<T>,
): Promise<T> {
  const {store, settings, numbers} = run.deps;
  await using blobs = new BlobImporter(run);
  using writer = new EntryWriter({store, repo: settings.repo, blobs, numbers});
  const result = await work(writer);
  await (await writer.checkpoint()).stored;
  await store.refresh();
  return result;
}

async function importRange(
  run: SyncRun,
  writer: EntryWriter,
  {numberFirst, ...range}: HistoryRange,
): Promise<void> {
  if (numberFirst !== undefined) {
    for await (const changes of streamTree(run.deps.repository, numberFirst)) {
      await writer.numberAhead(changes.map(({path, to}) => ({path, ...to!})));
    }
  }
  await importCommits(run, writer, range);
}

/** Retries blobs that Git could not read before, and stores those that are readable now. */
export async function retryUnreadable(run: SyncRun): Promise<void> {
  const unreadable = run.failures.before.flatMap(({entry}) => entry ?? []);
  if (unreadable.length === 0) return;
  // Read from the index: it may have been built again since, with other numbers.
  const seqs = await run.deps.store.readEntrySeqs(unreadable.map(({id}) => id));
  const stored = unreadable.flatMap((entry) => {
    const seq = seqs.get(entry.id);
    return seq === undefined ? [] : {...entry, seq};
  });
  await using blobs = new BlobImporter(run);
  const lost = await blobs.rewrite(stored);
  const ids = new Set(lost.map(({id}) => id));
  for (const failure of run.failures.before) {
    if (failure.entry && ids.has(failure.entry.id)) run.failures.add(failure);
  }
  if (lost.length < stored.length) await run.deps.store.refresh();
}
