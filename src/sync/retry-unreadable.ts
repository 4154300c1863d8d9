import {openBlobImporter} from './import-history.ts';
import type {SyncRun} from './sync-run.ts';

/** Blobs that Git could not give before are tried again; what can be read now is in the index afterwards. */
export async function retryUnreadable(run: SyncRun): Promise<void> {
  const unreadable = run.failures.before.filter(({kind}) => kind === 'object');
  if (unreadable.length === 0) return;
  await using blobs = openBlobImporter(run);
  const lost = await blobs.rewrite(unreadable.flatMap(({entry}) => entry ?? []));
  const ids = new Set(lost.map(({id}) => id));
  for (const failure of unreadable) if (failure.entry && ids.has(failure.entry.id)) run.failures.add(failure);
  if (lost.length < unreadable.length) await run.deps.store.refresh();
}
