import type {EntryKey} from '../../domain/entry.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {sync} from '../sync.ts';
import type {Examination, VerifyOptions} from '../verify/examination.ts';
import {type Finding, needsRebuild, REPAIR_OF, type Verification} from '../verify/findings.ts';
import {verifyAndExamine} from '../verify/verify.ts';
import {chooseSeqs} from './choose-seqs.ts';
import {type RebuildDeps, rebuildIndex} from './rebuild-index.ts';
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
  try {
    await repairInPlace(deps, exam, pass);
    if (!pass.isRebuilding) return await syncAgain(deps, exam, commitsOf(exam.findings));
  } catch (error) {
    // Damage of the index may be in the way of its repair in place.
    if (!(error instanceof CtrError) || error.code !== 'INDEX_CORRUPT') throw error;
  }
  if (await canRebuild(deps, exam)) {
    await rebuildIndex(deps, exam);
    await sync(deps);
  } else await syncAgain(deps, exam, {size: Number.POSITIVE_INFINITY, has: () => true});
  await deps.dropOthers();
}

/**
 * A sync that makes these commits again where they are, and what does not follow from them any more, parents first. Each
 * keeps its number as far as that is certain. Readers go on: each document is replaced as a whole.
 */
async function syncAgain(
  deps: RepairDeps,
  {repairs, observation, git}: Examination,
  commits: Pick<ReadonlySet<string>, 'size' | 'has'>,
): Promise<void> {
  if (commits.size === 0) return void (await sync({...deps, damaged: repairs}));
  await deps.store.deleteDocuments('commits', repairs.misplacedCommits);
  const isMoved = new Set(observation.moves.map(({name}) => name));
  const shown = [...observation.indexed.values()].filter(
    ({name, state}) => state === 'live' && !git.trusted.has(name) && !isMoved.has(name),
  );
  const refs = new Set([...repairs.refs, ...shown.map(({name}) => name)]);
  const numbers = await chooseSeqs(deps.store, repairs.seqs);
  await sync({...deps, numbers, damaged: {refs, hasCommit: (oid) => commits.has(oid)}});
}

/** Commits whose documents are missing or wrong. */
function commitsOf(findings: readonly Finding[]): Set<string> {
  return new Set(
    findings.flatMap((finding) =>
      finding.kind === 'commit-missing' || finding.kind === 'commit-corrupt' ? [finding.commit] : [],
    ),
  );
}

/**
 * False where the next generation would take something away: documents of other repositories in a shared index, or a
 * branch that Git has lost.
 */
async function canRebuild({store, settings}: RepairDeps, {git}: Examination): Promise<boolean> {
  if (settings.isShared || git.trusted.size > 0) return false;
  return (await store.listRepositories()).every(({id, isShared}) => id === settings.repo && !isShared);
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
