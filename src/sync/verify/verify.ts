import {Bitmap} from '../../domain/bitmap.ts';
import {isDamage} from '../damage.ts';
import {type Observation, observe} from '../observe.ts';
import {findStaleRefs} from '../stale-histories.ts';
import {chooseCommits, chooseTips} from './choose-commits.ts';
import {CommitAudit} from './commit-audit.ts';
import {auditContents} from './content-audit.ts';
import {EntryAudit} from './entry-audit.ts';
import {Examination, readBuiltWith, type VerifyDeps, type VerifyOptions} from './examination.ts';
import type {Verification} from './findings.ts';
import {findDamaged, readGitSide} from './git-side.ts';
import {auditObjects} from './object-audit.ts';
import {auditRecords} from './record-audit.ts';
import {RefAudit} from './ref-audit.ts';
import {auditCounters, auditPublished, auditRepository} from './repository-audit.ts';
import {TreeAudit, walkTrees} from './tree-audit.ts';

/**
 * Proves the index against Git, both ways: nothing is missing, nothing is extra, everything is as it would be
 * written. A look that was meant to be a sample and finds something becomes a complete one, since only that can name
 * what is wrong. Changes nothing. The caller holds the repository's lock.
 */
export async function verify(deps: VerifyDeps, options: VerifyOptions): Promise<Verification> {
  return (await verifyAndExamine(deps, options)).verification;
}

export async function verifyAndExamine(
  deps: VerifyDeps,
  options: VerifyOptions,
): Promise<{verification: Verification; exam: Examination}> {
  const startedAt = deps.now().getTime();
  let exam = await examine(deps, options);
  const isUnclear = exam.findings.length > 0 || exam.isDoubtful;
  if (isUnclear && !options.allCommits) exam = await examine(deps, {...options, allCommits: true});
  const {findings, notes, checked} = exam;
  const uniqueNotes = withoutRepeats(notes);
  const verification: Verification = {
    type: 'verification',
    ok: findings.length === 0,
    checked,
    findings,
    notes: uniqueNotes,
    unproven: uniqueNotes.filter(({kind}) => kind === 'unreadable').length,
    seed: options.seed,
    isComplete: exam.options.allCommits,
    elapsedMs: deps.now().getTime() - startedAt,
  };
  return {verification, exam};
}

function withoutRepeats<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((item) => [JSON.stringify(item), item])).values()];
}

/**
 * One look at everything. Each thing that is wrong is named once: what depends on it is judged by what it must be, or
 * is left for a look after repair. Memory: 20 to 40 bytes a document, some bitmaps, and what was found.
 */
async function examine(deps: VerifyDeps, options: VerifyOptions): Promise<Examination> {
  const observation = await observeSafely(deps);
  try {
    return await look(deps, options, {observation, damaged: new Map()});
  } catch (error) {
    // Where Git cannot read a history, that is found out on the way, and the look begins again without it.
    if (!isDamage(error)) throw error;
    const damaged = await findDamaged(deps.repository, observation);
    if (damaged.size === 0) throw error;
    return await look(deps, options, {observation, damaged});
  }
}

/** A ref that was tampered with may have no name. */
async function observeSafely({repository, store, settings, listRefs}: VerifyDeps): Promise<Observation> {
  const observation = await observe(repository, store, settings, listRefs);
  return {...observation, moves: observation.moves.filter(({name}) => typeof name === 'string')};
}

/** `damaged`: why, by commit, Git cannot read the histories of these. */
async function look(
  given: VerifyDeps,
  options: VerifyOptions,
  {observation, damaged}: {observation: Observation; damaged: ReadonlyMap<string, string>},
): Promise<Examination> {
  const builtWith = await readBuiltWith(given);
  const isMixed = new Set(builtWith.map(({history}) => history)).size > 1;
  // Not every commit has its files then: only those of refs can be judged.
  const deps: VerifyDeps = isMixed ? {...given, settings: {...given.settings, history: 'refs'}} : given;
  const git = await readGitSide(deps.repository, observation, damaged);
  const stale = await findStaleRefs(deps, observation);
  const range = {tips: stale.length > 0 ? [] : await chooseTips(deps, observation, git)};
  using exam = new Examination({deps, options, observation, git, builtWith, range});
  // Where histories are to be stored again, nothing in them can be judged before.
  exam.findings.push(...stale.map((ref) => ({kind: 'history-behind' as const, ref})));
  if (stale.length > 0) return exam;
  const refs = new RefAudit(exam);
  if (await deps.store.hasCollections()) {
    await deps.store.refresh();
    await auditRepository(exam);
    await auditCollections(exam, {refs, isMixed});
  }
  await refs.conclude((wrong) => auditPublished(exam, wrong));
  return exam;
}

/** In this order: what a later audit compares, an earlier one has read. */
async function auditCollections(
  exam: Examination,
  {refs, isMixed}: {refs: RefAudit; isMixed: boolean},
): Promise<void> {
  const {settings} = exam.deps;
  const isComplete = exam.options.allCommits;
  using commits = new CommitAudit(exam);
  using entries = new EntryAudit(exam);
  using reached = Bitmap.of();
  const shown = Bitmap.of();
  await refs.read(reached, shown);
  await commits.takeInventory(reached);
  await commits.auditHistories(refs);
  if (settings.history === 'all' || isMixed) shown.addAll(commits.shown);
  if (isMixed) exam.trust.entries.addAll(commits.shown);
  await entries.takeInventory(shown);
  await auditCounters(exam, {commits, entries});
  const chosen = await chooseCommits(exam, {commits, refs});
  await auditRecords(exam, {commits, entries, chosen: new Set(chosen)});
  if (settings.history === 'refs' && isComplete) await seeTips(exam, entries, refs.commits);
  entries.settle({isComplete});
  using trees = new TreeAudit(exam, {commits, entries, refs});
  await trees.run(settings.history === 'all' ? chosen : refs.commits);
  await auditContents(exam, entries);
  await auditObjects(exam, entries);
  commits.conclude();
  await entries.conclude({isComplete});
}

/** Where only the tips' files are indexed, those are all that must be stored. */
async function seeTips(exam: Examination, entries: EntryAudit, tips: readonly string[]): Promise<void> {
  let [commit = ''] = tips;
  for await (const events of walkTrees(exam, tips)) {
    for (const event of events) {
      if (event.type === 'commit') commit = event.commit.oid;
      else if (event.type === 'change' && event.to) entries.see({path: event.path, ...event.to}, commit);
    }
  }
}
