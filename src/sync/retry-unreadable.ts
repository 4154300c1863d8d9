import type {StoredFailure} from './failures.ts';
import {openBlobImporter} from './import-history.ts';
import type {SyncRun} from './sync-run.ts';

/** Blobs that Git could not give before are tried again; what can be read now is in the index afterwards. */
export async function retryUnreadable(run: SyncRun): Promise<void> {
  const unreadable = run.failures.before.filter(({kind}) => kind === 'object');
  if (unreadable.length === 0) return;
  await using blobs = openBlobImporter(run);
  for (const failure of unreadable) {
    if (!(await rewrite(blobs, failure))) run.failures.add(failure);
  }
  await run.deps.store.refresh();
}

async function rewrite(blobs: ReturnType<typeof openBlobImporter>, {entry}: StoredFailure): Promise<boolean> {
  return entry === undefined || blobs.rewrite(entry);
}
