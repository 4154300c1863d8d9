import type {EntrySummary} from '../../domain/entry.ts';
import {openBlobReader} from '../../git/blob-stream.ts';
import {FIND_OIDS_MAX} from '../../store/ports/entries.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {chunks} from '../../util/chunks.ts';
import type {SyncDeps} from '../sync-run.ts';
import type {HeldLease} from './held-lease.ts';

const HOLD_BYTES = 4 * 1024 * 1024;

/**
 * Deletes the objects (key to blob oid). An object returns under its old key, so a late deletion could delete an object
 * that another run has just stored: an object store has no compare-and-set. If another run has taken the lease, this run
 * restores the objects that it deleted, as far as Git still has them; if they are not needed, prune finds them.
 * @throws CONFLICT if another run holds the lease.
 */
export async function deleteObjects(
  {objects, repository}: Pick<SyncDeps, 'objects' | 'repository'>,
  lease: HeldLease,
  byKey: ReadonlyMap<string, string>,
): Promise<void> {
  if (byKey.size === 0) return;
  await objects.delete([...byKey.keys()]);
  try {
    await lease.put({});
  } catch (error) {
    await putBack({objects, repository}, byKey);
    throw error;
  }
}

/** The keys of those objects of these blobs that entries name. Only entries that count are asked. One query per 1000. */
export async function readNamedKeys(
  {store, repo}: {store: Pick<IndexStore, 'findEntries'>; repo: string},
  oids: Iterable<string>,
  counts: (entry: EntrySummary) => boolean = () => true,
): Promise<Set<string>> {
  const named = new Set<string>();
  for (const some of chunks([...new Set(oids)], FIND_OIDS_MAX)) {
    for await (const entries of store.findEntries(repo, {oids: some}))
      for (const entry of entries) if (entry.objectKey && counts(entry)) named.add(entry.objectKey);
  }
  return named;
}

async function putBack(
  {objects, repository}: Pick<SyncDeps, 'objects' | 'repository'>,
  byKey: ReadonlyMap<string, string>,
): Promise<void> {
  // Git cannot have an object whose key is not an oid.
  const named = [...byKey].filter(([, oid]) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid));
  const reader = openBlobReader(repository, {holdMaxBytes: HOLD_BYTES});
  let next = 0;
  for await (const blob of reader.read(named.map(([, oid]) => oid))) {
    const [key] = named[next++]!;
    if ('bytes' in blob) await objects.put(key, blob.sizeBytes, blob.bytes);
    else if ('stream' in blob) await objects.put(key, blob.sizeBytes, blob.stream);
  }
}

/** The oid at the end of an object's key. */
export function oidOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
