import type {RefMove} from '../domain/plan.ts';
import {estimateObjects} from '../git/estimate-objects.ts';
import {filterCommits, peelTargets} from '../git/refs.ts';
import {countCommits, hasNewCommits, type RevRange} from '../git/rev-list.ts';
import {BackgroundTasks} from '../util/background-tasks.ts';
import {applyRefMoves} from './apply-refs.ts';
import {type HistoryRange, importHistory} from './import/import-history.ts';
import {NO_TREES, type TipTrees} from './import/read-tip-trees.ts';
import {importTreesAhead, readTipContents} from './import/tip-contents.ts';
import type {Observation} from './observe.ts';
import {noteDropped, noteUnshown} from './removal/dropped-seqs.ts';
import type {HeldLease} from './removal/held-lease.ts';
import {commitOf, type RoutedMove} from './routed-move.ts';
import type {ImportTotals, SyncRun} from './sync-run.ts';

/** Rewrites of stale histories, in addition to the planned moves. */
interface Rewriting {
  /** Names of refs whose stored history differs from Git's, or may. */
  readonly stale: readonly string[];
  /** The stale refs that do not move, and refs that repair writes again. */
  readonly rewrites: readonly RefMove[];
}

/**
 * Applies the planned moves, and stores stale histories again, in an order that makes a crash harmless at any point:
 * objects, entries, refresh, commits, refs, aliases. A ref whose history cannot be read does not move, and is recorded.
 * Returns the names of the others. A rewritten ref shows the same commit as before, so it causes no event.
 */
export async function applyMoves(
  run: SyncRun,
  observation: Observation,
  {stale, rewrites, lease}: Rewriting & {lease: HeldLease},
): Promise<ReadonlySet<string>> {
  const moves = [...rewrites, ...observation.moves];
  if (moves.length === 0) return new Set();
  const routed = await routeMoves(run, moves);
  const tips = [...new Set(routed.flatMap(({destination}) => commitOf(destination) ?? []))];
  const known = tips.length === 0 ? [] : await readKnownTips(run, observation, new Set(stale));
  if (tips.length > 0) run.enter('import', () => countTotals(run, {tips, known}));
  const numberFirst = firstNumbered(run, observation, routed);
  const {damaged, ahead} = await importNew(run, {observation, lease, routed}, {tips, known, numberFirst});
  const {readable, lost} = split(routed, damaged);
  for (const {move, reason} of lost) {
    run.failures.add({kind: 'ref', name: move.name, oid: move.kind === 'delete' ? '' : move.to, reason});
  }
  run.enter('refs');
  const {store, settings, now, events, damaged: repaired} = run.deps;
  const written = await applyRefMoves({store, repo: settings.repo, now}, observation, readable, {
    readContents: (batch) => readTipContents(run, {observation, lease, ahead}, batch),
    beforeWrite: async (next) => {
      // Nothing tells what a damaged ref has shown: what it leaves behind is found by the next verification.
      if (repaired) await lease.put({});
      const shown = next.filter(({name}) => !repaired?.refs.has(name));
      await noteDropped(run.deps, {lease, indexed: observation.indexed}, shown);
      const moved = new Set(observation.moves.map(({name}) => name));
      await events?.prepare(next.filter(({name}) => moved.has(name)));
    },
  });
  run.counts.refsWritten += written.length;
  return new Set(written);
}

/** Totals of the whole repository: the bytes beyond `known` are unknown until they are read. */
async function countTotals(
  {deps}: SyncRun,
  range: RevRange & {known: readonly string[]},
): Promise<ImportTotals> {
  const isAll =
    range.known.length === 0 && deps.settings.history === 'all' && deps.settings.refs.length === 0;
  const [commitsTotal, objects] = await Promise.all([
    countCommits(deps.repository, range),
    isAll ? estimateObjects(deps.repository) : undefined,
  ]);
  return {commitsTotal, bytesTotal: objects?.bytes};
}

/** Imports new commits. For a branch on stored commits this costs one question to Git. */
async function importNew(
  run: SyncRun,
  {observation, lease, routed}: {observation: Observation; lease: HeldLease; routed: readonly RoutedMove[]},
  range: HistoryRange,
): Promise<{damaged: ReadonlyMap<string, string>; ahead: TipTrees}> {
  if (!(await hasNewCommits(run.deps.repository, range))) return {damaged: new Map(), ahead: NO_TREES};
  await lease.put({});
  let ahead = NO_TREES;
  await using background = new BackgroundTasks(1);
  await background.start(async () => {
    ahead = await importTreesAhead(run, observation, routed);
  });
  const damaged = await importHistory(run, range);
  await background.settled();
  if (damaged.size > 0 || ahead.damaged.size > 0) await noteUnshown(lease, ahead.added);
  return {damaged, ahead};
}

async function routeMoves(run: SyncRun, moves: readonly RefMove[]): Promise<RoutedMove[]> {
  const targets = moves.flatMap((move) => (move.kind === 'delete' ? [] : [move.to]));
  const peeled = await peelTargets(run.deps.repository, targets);
  return moves.map((move) => ({
    move,
    destination: move.kind === 'delete' ? undefined : peeled.get(move.to)!,
  }));
}

/**
 * Commits whose whole history is stored: those that refs show, except stale ones. If Git has deleted such a commit after a
 * force push, its nearest ancestors that Git still has: else its whole history would be read again.
 */
async function readKnownTips(
  {deps}: SyncRun,
  {indexed}: Observation,
  stale: ReadonlySet<string>,
): Promise<string[]> {
  const {repository, store, settings} = deps;
  let asked = [...indexed.values()].flatMap(({name, state, commit}) =>
    state === 'live' && commit && !stale.has(name) ? [commit] : [],
  );
  const known = new Set<string>();
  const seen = new Set<string>();
  while (asked.length > 0) {
    const present = new Set(await filterCommits(repository, [...new Set(asked)]));
    for (const oid of present) known.add(oid);
    const gone = asked.filter((oid) => !present.has(oid) && !seen.has(oid));
    for (const oid of gone) seen.add(oid);
    const records = gone.length === 0 ? new Map() : await store.readCommits(settings.repo, gone);
    asked = [...records.values()]
      .flatMap(({parents}) => parents)
      .filter((oid) => !known.has(oid) && !seen.has(oid));
  }
  return [...known];
}

/** HEAD's commit on the first import, so that the bitmap of the default branch is one run. */
function firstNumbered(
  run: SyncRun,
  {head, indexed}: Observation,
  routed: readonly RoutedMove[],
): string | undefined {
  if (indexed.size > 0 || run.deps.settings.history !== 'all') return undefined;
  return commitOf(routed.find(({move}) => move.name === head)?.destination);
}

function split(routed: readonly RoutedMove[], damaged: ReadonlyMap<string, string>) {
  const readable: RoutedMove[] = [];
  const lost: {move: RefMove; reason: string}[] = [];
  for (const {move, destination} of routed) {
    const reason =
      destination && 'reason' in destination && destination.isMissing
        ? destination.reason
        : damaged.get(commitOf(destination) ?? '');
    if (reason === undefined) readable.push({move, destination});
    else lost.push({move, reason});
  }
  return {readable, lost};
}
