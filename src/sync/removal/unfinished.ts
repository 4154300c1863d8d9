import {objectPrefixOf} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {SyncDeps} from '../sync-run.ts';

/** Remains of unfinished puts of objects. */
export interface UnfinishedReport {
  readonly count: number;
  readonly sizeBytes: number;
  /** The object store's reason why it could not list them; null if it did. */
  readonly notListed: string | null;
}

/**
 * Deletes the unfinished puts of the repository, or (`isDryRun`) counts them. The caller holds the repository's lock and
 * that of reindex: then no process on this machine writes objects, and unfinished puts are those of interrupted runs.
 */
export async function removeUnfinished(
  {objects, settings}: Pick<SyncDeps, 'objects' | 'settings'>,
  {isDryRun}: {isDryRun: boolean},
): Promise<UnfinishedReport> {
  let count = 0;
  let sizeBytes = 0;
  try {
    for await (const puts of objects.listUnfinished(objectPrefixOf(settings))) {
      for (const put of puts) sizeBytes += put.sizeBytes;
      count += puts.length;
      if (!isDryRun) await objects.deleteUnfinished(puts);
    }
  } catch (error) {
    // A key made for an earlier ctr may put and delete objects, but not list uploads: everything else continues.
    if (!(error instanceof CtrError) || error.code !== 'BACKEND_REFUSED') throw error;
    return {count, sizeBytes, notListed: error.message};
  }
  return {count, sizeBytes, notListed: null};
}
