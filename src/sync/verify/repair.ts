import type {EntryKey} from '../../domain/entry.ts';
import {openBlobReader} from '../../git/blob-stream.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openBlobImporter} from '../import/import-history.ts';
import {hasBlob, type NewEntry} from '../import/new-entry.ts';
import {deleteObjects} from '../removal/delete-objects.ts';
import {type HeldLease, takeLease} from '../removal/held-lease.ts';
import {deleteCondemned} from '../removal/remove-dead.ts';
import {sync} from '../sync.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from '../sync-run.ts';
import type {Examination, Repairs, VerifyDeps, VerifyOptions} from './examination.ts';
import type {Finding, Verification} from './findings.ts';
import {repairCommits} from './repair-commits.ts';
import {repairRefs} from './repair-refs.ts';
import type {EntryRepair} from './repairs.ts';
import {verifyWithRepairs} from './verify.ts';

/** Some damage hides other damage: what depended on something wrong is judged when that is mended. */
const ROUNDS_MAX = 5;

export type RepairDeps = SyncDeps & VerifyDeps;

/**
 * What a verification names is mended afterwards, and verified again, until nothing is left or nothing gets better.
 * In the order in which sync writes: nothing is shown that is not there. Ends with a sync, which brings refs that are
 * merely behind, and puts the published names right. The caller holds the repository's lock.
 */
export async function verifyAndRepair(
  deps: RepairDeps,
  options: VerifyOptions & {readonly onVerification: (verification: Verification) => void},
): Promise<Verification> {
  // Objects whose place is gone are put again like those that are lost one by one.
  await deps.objects.createPlace();
  let {verification, exam} = await verifyWithRepairs(deps, options);
  const lost = new Map<string, string>();
  for (let round = 1; round <= ROUNDS_MAX && !verification.ok; round++) {
    options.onVerification(verification);
    const before = JSON.stringify(verification.findings);
    const obstacle = await mend(deps, exam, lost).then(() => undefined, damageOf);
    ({verification, exam} = await verifyWithRepairs(deps, {...options, allCommits: true}));
    if (JSON.stringify(verification.findings) !== before) continue;
    if (obstacle) throw obstacle;
    break;
  }
  return {...verification, findings: verification.findings.map((finding) => withReason(finding, lost))};
}

async function mend(deps: RepairDeps, exam: Examination, lost: Map<string, string>): Promise<void> {
  const {store, settings} = deps;
  const {repairs} = exam;
  // Without collections there is nothing to mend: sync makes everything.
  if (await store.hasCollections()) {
    using run = openSyncRun(deps);
    const lease = await takeLease(store, settings.repo);
    await deleteCondemned(run, lease);
    run.enter('repair');
    for (const {series, last} of repairs.counters) await raiseCounter(deps, series, last);
    await leaveLost(deps, repairs, lost);
    // Before each step that takes something away: whoever has overtaken this run knows better what is there now.
    await confirm(lease);
    await deleteDocuments(deps, repairs);
    await repairEntries(run, repairs, lease);
    await deleteObjects(deps, lease, new Map(repairs.staleObjects.map((key) => [key, oidOf(key)])));
    await store.refresh();
    await confirm(lease);
    await repairCommits(run, repairs, lost);
    await store.refresh();
    await repairRefs(run, exam, lease);
    // Whoever has overtaken this run knows better what is there now.
    await confirm(lease);
  }
  await sync(deps);
}

/** What is damaged may only be in the way of this round: the next one knows of it. */
function damageOf(error: unknown): CtrError {
  if (error instanceof CtrError && error.code === 'INDEX_CORRUPT') return error;
  throw error;
}

async function confirm(lease: HeldLease): Promise<void> {
  await lease.put({});
}

async function raiseCounter({store}: RepairDeps, series: 'entries' | 'commits', last: number): Promise<void> {
  const next = await store.reserveSeqs(series, 0);
  if (next <= last) await store.reserveSeqs(series, last + 1 - next);
}

/** What nothing needs, and what stands where something else belongs. */
async function deleteDocuments({store}: RepairDeps, {extra, entries, commits}: Repairs): Promise<void> {
  await store.deleteDocuments('entries', [...extra.entries, ...entries.flatMap(({staleKeys}) => staleKeys)]);
  await store.deleteDocuments('commits', [
    ...extra.commits,
    ...commits.flatMap(({staleKeys}) => [...staleKeys]),
  ]);
  await store.deleteDocuments('refs', extra.refs);
}

/** What Git cannot give any more stays as it is: a damaged document may be all that is left of it. */
async function leaveLost(deps: RepairDeps, repairs: Repairs, lost: Map<string, string>): Promise<void> {
  const wanted = [...repairs.entries, ...repairs.objects.map(({entry}) => entry)].filter(hasBlob);
  const oids = [...new Set(wanted.map(({oid}) => oid))];
  for await (const blob of openBlobReader(deps.repository, {holdMaxBytes: 0}).read(oids)) {
    if ('missing' in blob) lost.set(blob.oid, 'Git does not have the blob any more');
    else if ('corrupt' in blob) lost.set(blob.oid, `Git cannot read the blob: ${blob.corrupt}`);
  }
  if (lost.size === 0) return;
  removeWhere(repairs.entries, (entry) => hasBlob(entry) && lost.has(entry.oid));
  removeWhere(repairs.objects, ({entry}) => lost.has(entry.oid));
}

function removeWhere<T>(list: T[], isGone: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter((item) => !isGone(item)));
}

/** Entries and objects are made anew from Git's blobs. */
async function repairEntries(run: SyncRun, repairs: Repairs, lease: HeldLease): Promise<void> {
  const wanted = new Map((await numbered(run, repairs)).map((entry) => [entry.id, entry]));
  for (const {entry} of repairs.objects) if (!wanted.has(entry.id)) wanted.set(entry.id, entry);
  // A large object that is there with its size would be taken for whole.
  await deleteObjects(run.deps, lease, new Map(repairs.objects.map(({key, entry}) => [key, entry.oid])));
  await confirm(lease);
  await using blobs = openBlobImporter(run);
  await blobs.rewrite([...wanted.values()]);
}

function oidOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Each with its number; one that nothing shows yet gets a new one. */
async function numbered({deps: {store}}: SyncRun, {entries, entrySeqs}: Repairs): Promise<NewEntry[]> {
  const missing = entries.filter(({seq}) => seq === undefined).length;
  let next = missing > 0 ? await store.reserveSeqs('entries', missing) : 0;
  return entries.map((repair) => {
    const seq = repair.seq ?? next++;
    if (repair.standIn !== undefined) entrySeqs.set(repair.standIn, seq);
    return newEntryOf(repair, seq);
  });
}

function newEntryOf({id, introducedBy, path, mode, oid}: Omit<EntryRepair, 'seq'>, seq: number): NewEntry {
  return {id, seq, introducedBy, path, mode, oid};
}

function withReason(finding: Finding, lost: ReadonlyMap<string, string>): Finding {
  const about = finding as Partial<EntryKey> & {commit?: string; ref?: string};
  const unrepairable = lost.get(about.oid ?? about.commit ?? about.ref ?? '');
  return unrepairable === undefined ? finding : {...finding, unrepairable};
}
