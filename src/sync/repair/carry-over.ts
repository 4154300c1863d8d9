import {serializeBitmap} from '../../domain/bitmap.ts';
import type {Entry} from '../../domain/entry.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {readFailures} from '../failures.ts';
import type {SyncDeps} from '../sync-run.ts';
import {blobOid} from '../verify/content-audit.ts';
import {readObject} from '../verify/read-object.ts';

type CarryDeps = Pick<SyncDeps, 'store' | 'objects' | 'repository' | 'settings' | 'failuresFile'> & {
  readonly next: IndexStore;
};

/**
 * Files that the next generation could not import because Git has lost their blobs have there what the present one
 * holds of them, where its bytes hash to the blob. Returns the oids of these blobs.
 */
export async function carryOver(deps: CarryDeps): Promise<Set<string>> {
  const {store, next, settings} = deps;
  const lost = new Map(
    readFailures(deps.failuresFile).flatMap(({entry}) => (entry ? [[entry.id, entry]] : [])),
  );
  const carried = new Set<string>();
  if (lost.size === 0) return carried;
  const seqs = serializeBitmap((await store.readEntrySeqs([...lost.keys()])).values());
  for await (const documents of store.auditEntries(settings.repo, {withContent: true, seqs})) {
    for (const {record, defect} of documents) {
      const wanted = record && lost.get(record.id);
      if (!wanted || defect !== undefined || !(await isSound(deps, record))) continue;
      await next.replaceEntries([{...record, seq: wanted.seq}]);
      carried.add(record.oid);
    }
  }
  return carried;
}

async function isSound(deps: CarryDeps, {oid, content, objectKey}: Entry): Promise<boolean> {
  if (objectKey !== undefined) return (await readObject({deps}, objectKey))?.oid === oid;
  return content !== undefined && blobOid(Buffer.from(content), deps.repository.objectFormat) === oid;
}
