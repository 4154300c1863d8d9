import {serializeBitmap} from '../../domain/bitmap.ts';
import type {Entry} from '../../domain/entry.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {forgetFailures, moveFailures, readFailures} from '../failures.ts';
import {copyTombstones, followShown, listShown} from '../reindex/follow-shown.ts';
import {buildUntilRight, findUnsound, openNext, sweepNext} from '../reindex/next-generation.ts';
import {shareObjects} from '../reindex/shared-objects.ts';
import {takeLease} from '../removal/held-lease.ts';
import type {LockedDeps} from '../sync-run.ts';
import {blobOid} from '../verify/content-audit.ts';
import type {Examination, VerifyDeps} from '../verify/examination.ts';
import {readObject} from '../verify/object-audit.ts';
import {chooseSeqs} from './choose-seqs.ts';

/** The second time from the beginning: an interrupted reindex may have left a generation that cannot be used. */
const ATTEMPTS_MAX = 2;

export type RebuildDeps = LockedDeps &
  VerifyDeps & {
    /** Where failures of the next generation are kept until it takes over. */
    readonly nextFailuresFile: string;
  };

/**
 * The next generation is built from Git, shows the refs that the present one shows, is proven, and takes over at once:
 * readers go on with the old one until then. Documents keep their numbers as far as these are certain. A file whose
 * blob Git has lost is carried over. Killed at any point, the index is the old one or the new one, and the next repair
 * goes on with what was built.
 * @throws BACKEND_REFUSED where the new generation is not right either: the old one stays.
 */
export async function rebuildIndex(deps: RebuildDeps, exam: Examination): Promise<void> {
  const nextDeps = {store: deps.store, failuresFile: deps.nextFailuresFile};
  await buildUntilRight(nextDeps, ATTEMPTS_MAX, () => buildAndSwap(deps, exam));
}

/** Undefined when the next generation has taken over; else what is wrong with it. */
async function buildAndSwap(deps: RebuildDeps, exam: Examination): Promise<string | undefined> {
  const {store, objects, settings} = deps;
  const {repo} = settings;
  const lease = await takeLease(store, repo);
  const building = {
    ...deps,
    failuresFile: deps.nextFailuresFile,
    objects: shareObjects(objects, () => undefined),
  };
  const {next: opened, isResumed} = await openNext(building);
  await using next = opened;
  await followShown({
    ...building,
    next,
    numbers: await chooseSeqs(store, exam.repairs.seqs),
    listRefs: () => listReadable(deps, exam),
  });
  if (isResumed) await sweepNext(building, next);
  const carried = await carryOver(deps, next);
  // Objects are shared by both generations, and judged again after the change.
  const trouble = await findUnsound({...building, objects}, next, ({kind}) => !kind.startsWith('object-'));
  if (trouble !== undefined) return trouble;
  await copyTombstones({store, next, repo});
  await next.refresh();
  // A concurrent run that has taken over has written what this generation does not have.
  await lease.put({});
  await store.promoteNext();
  forgetFailures(deps.nextFailuresFile, ({kind, oid}) => kind === 'object' && carried.has(oid));
  moveFailures(deps.nextFailuresFile, deps.failuresFile);
  return undefined;
}

/** The refs of the index whose targets Git has. */
async function listReadable({store, settings}: RebuildDeps, {git}: Examination) {
  const shown = await listShown(store, settings.repo);
  const hasTarget = (target: string) => {
    const found = git.peeled.get(target);
    return found !== undefined && !('isMissing' in found && found.isMissing);
  };
  return {...shown, refs: new Map([...shown.refs].filter(([, target]) => hasTarget(target)))};
}

/**
 * Files that the next generation could not import because Git has lost their blobs have there what the present one
 * holds of them, where its bytes hash to the blob. Returns the oids of these blobs.
 */
async function carryOver(deps: RebuildDeps, next: IndexStore): Promise<Set<string>> {
  const {store, settings} = deps;
  const lost = new Map(
    readFailures(deps.nextFailuresFile).flatMap(({entry}) => (entry ? [[entry.id, entry]] : [])),
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

async function isSound(deps: RebuildDeps, {oid, content, objectKey}: Entry): Promise<boolean> {
  if (objectKey !== undefined) return (await readObject({deps}, objectKey))?.oid === oid;
  return content !== undefined && blobOid(Buffer.from(content), deps.repository.objectFormat) === oid;
}
