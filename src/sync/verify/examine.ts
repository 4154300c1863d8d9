import {isDeepStrictEqual} from 'node:util';
import {Bitmap} from '../../domain/bitmap.ts';
import {type BuildSettings, planReindex} from '../../domain/build-settings.ts';
import {streamRevList} from '../../git/rev-list.ts';
import {publishedNames} from '../apply-refs.ts';
import {buildSettingsOf} from '../claim-repository.ts';
import {isDamage} from '../import/import-history.ts';
import {type Observation, observe} from '../observe.ts';
import {findStaleRefs} from '../stale-histories.ts';
import {CommitAudit} from './commit-audit.ts';
import {auditContents} from './content-audit.ts';
import {EntryAudit} from './entry-audit.ts';
import {type Examination, emptyRepairs, type VerifyDeps, type VerifyOptions} from './examination.ts';
import {findDamaged, type GitSide, readGitSide} from './git-side.ts';
import {auditObjects} from './object-audit.ts';
import {auditRecords} from './record-audit.ts';
import {RefAudit} from './ref-audit.ts';
import {TreeAudit, walkTrees} from './tree-audit.ts';

const SAMPLE_COMMITS = 100;

/**
 * One look at everything. What is wrong is named once: whatever depends on something wrong is judged by what that
 * must be, or left for a look after repair. Where Git cannot read a history, that is found out, and looked at again
 * without it; where it is found out on the way whose number to believe, with that. Memory: 20 to 40 bytes a document, some bitmaps, and what was found.
 */
export async function examine(deps: VerifyDeps, options: VerifyOptions): Promise<Examination> {
  const observation = await observeSoundly(deps);
  const stale = await findStaleRefs(deps, observation);
  if (stale.length > 0) return findBehind(deps, options, {observation, stale});
  using commits = Bitmap.of();
  using entries = Bitmap.of();
  for (;;) {
    const before = commits.size + entries.size;
    const exam = await lookAround(deps, options, {observation, believed: {commits, entries}});
    if (commits.size + entries.size === before) return exam;
  }
}

/** Where histories are to be stored again, nothing in them can be judged before. */
async function findBehind(
  deps: VerifyDeps,
  options: VerifyOptions,
  {observation, stale}: {observation: Observation; stale: readonly string[]},
): Promise<Examination> {
  const exam = openExamination(deps, options, {
    observation,
    git: await readGitSide(deps.repository, observation, new Map()),
    builtWith: await readBuiltWith(deps),
    trust: {commits: Bitmap.of(), entries: Bitmap.of()},
    believed: {commits: Bitmap.of(), entries: Bitmap.of()},
    range: {tips: []},
    today: buildSettingsOf(deps.settings),
  });
  exam.findings.push(...stale.map((ref) => ({kind: 'history-behind' as const, ref})));
  return exam;
}

async function lookAround(
  deps: VerifyDeps,
  options: VerifyOptions,
  at: Pick<Examination, 'observation' | 'believed'>,
): Promise<Examination> {
  try {
    return await look(deps, options, {...at, damaged: new Map()});
  } catch (error) {
    if (!isDamage(error)) throw error;
    const damaged = await findDamaged(deps.repository, at.observation);
    if (damaged.size === 0) throw error;
    return await look(deps, options, {...at, damaged});
  }
}

async function look(
  given: VerifyDeps,
  options: VerifyOptions,
  {
    observation,
    believed,
    damaged,
  }: Pick<Examination, 'observation' | 'believed'> & {damaged: ReadonlyMap<string, string>},
): Promise<Examination> {
  const builtWith = await readBuiltWith(given);
  const isMixed = new Set(builtWith.map(({history}) => history)).size > 1;
  // Not every commit has its files then: those of refs are what can be told.
  const deps: VerifyDeps = isMixed ? {...given, settings: {...given.settings, history: 'refs'}} : given;
  const {store, settings} = deps;
  const git = await readGitSide(deps.repository, observation, damaged);
  using sets = new DisposableStack();
  const trust = {commits: sets.use(Bitmap.of()), entries: sets.use(Bitmap.of())};
  const range = {tips: await chooseTips(deps, observation, git)};
  const exam = openExamination(deps, options, {
    observation,
    git,
    builtWith,
    trust,
    believed,
    range,
    today: buildSettingsOf(given.settings),
  });
  const refs = new RefAudit(exam);
  const commits = sets.use(new CommitAudit(exam));
  const entries = sets.use(new EntryAudit(exam));
  const reached = sets.use(Bitmap.of());
  const shown = Bitmap.of();
  if (await store.hasCollections()) {
    await store.refresh();
    await auditRepository(exam);
    await refs.read(reached, shown);
    await commits.takeInventory(reached);
    await commits.auditHistories(refs);
    if (settings.history === 'all' || isMixed) shown.addAll(commits.shown);
    if (isMixed) trust.entries.addAll(commits.shown);
    shown.addAll(believed.entries);
    await entries.takeInventory(shown);
    await auditCounters(exam, {commits, entries});
    const chosen = await chooseCommits(exam, {commits, refs});
    const isRecordChosen = new Set(chosen.places);
    await auditRecords(exam, {
      commits,
      entries,
      isChosen: (place) => options.allCommits || isRecordChosen.has(place),
    });
    if (settings.history === 'refs' && options.allCommits) await seeTips(exam, entries, refs.commits);
    entries.settle({isComplete: options.allCommits});
    const trees = sets.use(new TreeAudit(exam, {commits, entries, refs}));
    await trees.run(settings.history === 'all' ? chosen.oids : refs.commits);
    await auditContents(exam, entries);
    await auditObjects(exam, entries);
    commits.conclude();
    await entries.conclude({isComplete: options.allCommits});
  }
  await refs.conclude((wrong) => auditPublished(exam, wrong));
  return exam;
}

/** The settings of earlier days, and today's last. */
async function readBuiltWith({store, settings}: VerifyDeps): Promise<readonly BuildSettings[]> {
  const records = (await store.hasCollections()) ? await store.listRepositories() : [];
  const own = records.find(({id}) => id === settings.repo);
  const today = buildSettingsOf(settings);
  return [...(own?.builtWith ?? []).filter((one) => !isDeepStrictEqual(one, today)), today];
}

/** A tampered ref may have no name. */
async function observeSoundly({repository, store, settings, listRefs}: VerifyDeps): Promise<Observation> {
  const observation = await observe(repository, store, settings, listRefs);
  return {...observation, moves: observation.moves.filter(({name}) => typeof name === 'string')};
}

/**
 * What the index must hold: all that refs reach on which both sides agree; of the others what the index shows, and
 * what Git has if that is stored already: its ref alone may be lost. Nothing that Git cannot read.
 */
async function chooseTips(
  {store, settings}: VerifyDeps,
  {wanted, moves}: Observation,
  {peeled, damaged}: GitSide,
): Promise<string[]> {
  const commitAt = (target: string | undefined) => {
    const found = target === undefined ? undefined : peeled.get(target);
    return found && 'commit' in found && !damaged.has(found.commit) ? [found.commit] : [];
  };
  const behind = new Set(moves.map(({name}) => name));
  const agreed = [...wanted].filter(([name]) => !behind.has(name)).flatMap(([, target]) => commitAt(target));
  const before = moves.flatMap((move) => (move.kind === 'create' ? [] : commitAt(move.from)));
  const next = moves.flatMap((move) => (move.kind === 'delete' ? [] : commitAt(move.to)));
  const stored = next.length === 0 ? new Set<string>() : await store.readKnownCommits(settings.repo, next);
  return [...new Set([...agreed, ...before, ...stored])];
}

function openExamination(
  deps: VerifyDeps,
  options: VerifyOptions,
  {
    today,
    ...sides
  }: Pick<Examination, 'observation' | 'git' | 'builtWith' | 'trust' | 'believed' | 'range'> & {
    readonly today: BuildSettings;
  },
): Examination {
  const startedAt = deps.now().getTime();
  return {
    deps,
    options,
    ...sides,
    isDerivedHere: sides.builtWith.every(({derivation}) => derivation === today.derivation),
    findings: [],
    notes: planReindex(sides.builtWith, today).map((reason) => ({
      kind: 'reindex-due',
      ...reason,
    })),
    checked: {refs: 0, commits: 0, records: 0, trees: 0, entries: 0, contents: 0, objects: 0},
    repairs: emptyRepairs(),
    isDoubtful: false,
    show(stage, done, total) {
      deps.onProgress?.({type: 'progress', stage, done, total, elapsedMs: deps.now().getTime() - startedAt});
    },
  };
}

/** What the index says of the repository itself. */
async function auditRepository({deps, observation, findings}: Examination): Promise<void> {
  const {store, settings, repository} = deps;
  const record = (await store.listRepositories()).find(({id}) => id === settings.repo);
  const what: string[] = [];
  if (!record) what.push('missing');
  else {
    if (record.name !== settings.name) what.push('name');
    if (record.head !== observation.head) what.push('head');
    if (record.objectFormat !== repository.objectFormat) what.push('objectFormat');
    if (record.isShared !== settings.isShared) what.push('isShared');
  }
  if (what.length > 0) findings.push({kind: 'repository-wrong', what});
  const stored = await store.readLease(settings.repo);
  // Whoever takes it next writes it anew: repair does.
  if (stored && !stored.lease) findings.push({kind: 'lease-corrupt'});
}

/** A number that is given twice would show one file in place of another. */
async function auditCounters(
  {deps, findings, repairs}: Examination,
  {commits, entries}: {commits: CommitAudit; entries: EntryAudit},
): Promise<void> {
  const lasts = {commits: commits.last, entries: entries.inventory.last};
  for (const series of ['entries', 'commits'] as const) {
    const next = await deps.store.reserveSeqs(series, 0);
    const last = lasts[series];
    if (next > last) continue;
    findings.push({kind: 'counter-behind', series, next, last});
    repairs.counters.push({series, last});
  }
}

/** The commits whose trees are compared: all, or evenly chosen ones, those that refs show, and what they build on. */
async function chooseCommits(
  exam: Examination,
  {commits, refs}: {commits: CommitAudit; refs: RefAudit},
): Promise<{oids: string[]; places: number[]}> {
  const {allCommits, seed} = exam.options;
  const step = allCommits ? 1 : Math.max(1, Math.ceil(commits.total / SAMPLE_COMMITS));
  const tips = new Set(refs.commits);
  const places = new Map<string, number>();
  let place = 0;
  for await (const chunk of streamRevList(exam.deps.repository, exam.range)) {
    for (const {oid} of chunk) {
      if ((place + seed) % step === 0 || tips.has(oid)) places.set(oid, place);
      place++;
    }
  }
  if (!allCommits) await addBases(commits, places);
  const sorted = [...places].sort(([, a], [, b]) => a - b);
  return {oids: sorted.map(([oid]) => oid), places: sorted.map(([, at]) => at)};
}

async function addBases(commits: CommitAudit, places: Map<string, number>): Promise<void> {
  const documents = await commits.readDocuments([...places.keys()]);
  for (const {record} of documents.values()) {
    const base = record?.snapshot?.base;
    const place = base === undefined ? undefined : commits.placeOf(base);
    if (place !== undefined) places.set(base!, place);
  }
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

/** The names for other clients, as far as the refs behind them are right. */
async function auditPublished(
  {deps, observation, findings}: Examination,
  wrong: ReadonlySet<string>,
): Promise<void> {
  const {store, settings} = deps;
  const names = publishedNames(settings, observation);
  if (names.some((name) => wrong.has(name)) || !(await store.hasCollections())) return;
  const records = [...(await store.readRefs(settings.repo, names)).values()];
  const live = records.filter(({state}) => state === 'live');
  for (const difference of await store.comparePublished(live, settings.repo))
    findings.push({kind: 'alias-wrong', ...difference});
}
