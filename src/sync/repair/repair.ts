import type {EntryKey} from '../../domain/entry.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {sync} from '../sync.ts';
import {openSyncRun} from '../sync-run.ts';
import type {Examination, VerifyOptions} from '../verify/examination.ts';
import {type Finding, needsRebuild, REPAIR_OF, type Verification} from '../verify/findings.ts';
import {verifyAndExamine} from '../verify/verify.ts';
import {type RebuildDeps, rebuildIndex} from './rebuild-index.ts';
import {renewCommits} from './renew-commits.ts';
import {repairInPlace} from './repair-in-place.ts';

/** Damage can hide other damage: the bytes of a file whose document is lost are judged when that is there again. */
const PASSES_MAX = 4;

export interface RepairDeps extends RebuildDeps {
  /** Only the current generation is left: none that was begun, and no replaced one unless it is still read. */
  readonly dropOthers: () => Promise<void>;
}

/** The way of one pass, and what Git could not give so far: why, by oid. */
interface Pass {
  readonly isRebuilding: boolean;
  readonly lost: Map<string, string>;
}

/**
 * Verifies, and puts right what was found: in place where that is certain, else by a new index from Git (`REPAIR_OF`
 * says which). A sync follows: it brings refs that are behind, and published names. Then everything is verified again,
 * until nothing is left or nothing gets better. The caller holds the lock of reindex and that of sync.
 */
export async function verifyAndRepair(
  deps: RepairDeps,
  options: VerifyOptions & {readonly onVerification: (verification: Verification) => void},
): Promise<Verification> {
  // Where the place of all objects is gone, each object is a finding.
  await deps.objects.createPlace();
  const lost = new Map<string, string>();
  let {verification, exam} = await verifyAndExamine(deps, options);
  let isStubborn = false;
  if (!verification.findings.some(needsRebuild)) await deps.dropOthers();
  for (let pass = 1; pass <= PASSES_MAX && !verification.ok; pass++) {
    options.onVerification(verification);
    const before = JSON.stringify(verification.findings);
    const isRebuilding: boolean = isStubborn || verification.findings.some(needsRebuild);
    await repairOnce(deps, exam, {isRebuilding, lost});
    ({verification, exam} = await verifyAndExamine(deps, {...options, allCommits: true}));
    if (JSON.stringify(verification.findings) !== before) continue;
    isStubborn = !isRebuilding && verification.findings.some((finding) => isRepairable(finding, lost));
    if (!isStubborn) break;
  }
  return {...verification, findings: verification.findings.map((finding) => withReason(finding, lost))};
}

async function repairOnce(deps: RepairDeps, exam: Examination, pass: Pass): Promise<void> {
  const isDone = await repairCertain(deps, exam, pass).catch(isStopped);
  if (isDone) return;
  await rebuild(deps, exam);
  await sync({...deps, damagedRefs: exam.repairs.refs});
  await deps.dropOthers();
}

/** False where a rebuild has to follow. */
async function repairCertain(deps: RepairDeps, exam: Examination, pass: Pass): Promise<boolean> {
  await repairInPlace(deps, exam, pass);
  if (!pass.isRebuilding) await sync({...deps, damagedRefs: exam.repairs.refs});
  return !pass.isRebuilding;
}

/** Damage of the index was in the way of its repair in place. */
function isStopped(error: unknown): false {
  if (error instanceof CtrError && error.code === 'INDEX_CORRUPT') return false;
  throw error;
}

/**
 * Only the repository's own commits are made again where the next generation would take something away: documents of
 * other repositories in a shared index, or a branch that Git has lost.
 */
async function rebuild(deps: RepairDeps, exam: Examination): Promise<void> {
  const {store, settings} = deps;
  const records = await store.listRepositories();
  const isShared = settings.isShared || records.some(({id, isShared}) => id !== settings.repo || isShared);
  if (!isShared && exam.git.trusted.size === 0) return rebuildIndex(deps, exam);
  using run = openSyncRun(deps);
  run.enter('repair');
  await renewCommits(run, exam, () => true);
}

/** True if a rebuild may still put it right: a finding about a document of the index that Git has not lost. */
function isRepairable(finding: Finding, lost: ReadonlyMap<string, string>): boolean {
  const way = REPAIR_OF[finding.kind];
  const isDocument = way !== 'sync' && way !== 'by Git' && !finding.kind.startsWith('object-');
  return isDocument && withReason(finding, lost).unrepairable === undefined;
}

function withReason(finding: Finding, lost: ReadonlyMap<string, string>): Finding {
  const about = finding as Partial<EntryKey> & {commit?: string; ref?: string};
  const unrepairable = lost.get(about.oid ?? about.commit ?? about.ref ?? '');
  return unrepairable === undefined ? finding : {...finding, unrepairable};
}
