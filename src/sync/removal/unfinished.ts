import {objectPrefixOf} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {SyncDeps} from '../sync-run.ts';

/** What puts of objects have begun and not ended. */
export interface UnfinishedReport {
  readonly count: number;
  readonly sizeBytes: number;
  /** Why the object store did not list them, in its words; null where it did. */
  readonly notListed: string | null;
}

/**
 * No unfinished put of the repository is left, or (`isDryRun`) they are counted. The caller holds the repository's lock
 * and that of reindex: then nobody on this machine writes objects, and what is unfinished was left by a run that died.
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
    // A key made for an earlier ctr may put and delete objects, and not list uploads: all the rest goes on.
    if (!(error instanceof CtrError) || error.code !== 'BACKEND_REFUSED') throw error;
    return {count, sizeBytes, notListed: error.message};
  }
  return {count, sizeBytes, notListed: null};
}
