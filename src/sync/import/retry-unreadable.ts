import type {SyncRun} from '../sync-run.ts';
import {openBlobImporter} from './import-history.ts';

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
  await using blobs = openBlobImporter(run);
  const lost = await blobs.rewrite(stored);
  const ids = new Set(lost.map(({id}) => id));
  for (const failure of run.failures.before) {
    if (failure.entry && ids.has(failure.entry.id)) run.failures.add(failure);
  }
  if (lost.length < stored.length) await run.deps.store.refresh();
}
