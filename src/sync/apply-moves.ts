import {Bitmap} from '../domain/bitmap.ts';
import type {CommitRecord} from '../domain/commit.ts';
import type {RefMove} from '../domain/plan.ts';
import {peelTargets} from '../git/refs.ts';
import {countCommits} from '../git/rev-list.ts';
import {CtrError} from '../util/ctr-error.ts';
import {applyRefMoves, commitOf, publishChosenRefs, type RoutedMove, type TipContent} from './apply-refs.ts';
import {importHistory, withEntryWriter} from './import-history.ts';
import type {Observation} from './observe.ts';
import type {SyncRun} from './sync-run.ts';
import {importTip, type KnownTip} from './tip-snapshots.ts';

type ReadContents = (commits: readonly string[]) => Promise<ReadonlyMap<string, TipContent>>;

/**
 * The planned moves are done afterwards, in the order that makes a crash at any point harmless: objects, entries,
 * refresh, commits, refs, aliases. A ref whose history cannot be read stays where it was and is recorded.
 */
export async function applyMoves(run: SyncRun, observation: Observation): Promise<void> {
  const routed = await routeMoves(run, observation);
  const tips = [...new Set(routed.flatMap(({destination}) => commitOf(destination) ?? []))];
  const known = knownTips(observation);
  if (tips.length > 0) {
    run.showProgress();
    countInBackground(run, {tips, known});
  }
  const damaged = await importHistory(run, {
    tips,
    known,
    numberFirst: firstNumbered(run, observation, routed),
  });
  const {readable, lost} = split(routed, damaged);
  for (const {move, reason} of lost) {
    run.failures.add({kind: 'ref', name: move.name, oid: move.kind === 'delete' ? '' : move.to, reason});
  }
  const readContents =
    run.deps.settings.history === 'all'
      ? storedContents(run)
      : await treeContents(run, observation, readable);
  const {store, settings, now} = run.deps;
  run.counts.refs += await applyRefMoves(
    {store, repo: settings.repo, now},
    observation,
    readable,
    readContents,
  );
  await publishChosenRefs(
    store,
    settings,
    observation,
    readable.map(({move}) => move),
  );
}

async function routeMoves(run: SyncRun, {moves}: Observation): Promise<RoutedMove[]> {
  const targets = moves.flatMap((move) => (move.kind === 'delete' ? [] : [move.to]));
  const peeled = await peelTargets(run.deps.repository, targets);
  return moves.map((move) => ({
    move,
    destination: move.kind === 'delete' ? undefined : peeled.get(move.to)!,
  }));
}

/** A ref that is indexed has its whole history stored. */
function knownTips({indexed}: Observation): string[] {
  const commits = [...indexed.values()].flatMap(({state, commit}) =>
    state === 'live' && commit ? [commit] : [],
  );
  return [...new Set(commits)];
}

/** HEAD's commit on the first import, so that the default branch's bitmap is one run. */
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

/** How far it is to the end is worth knowing, and not worth waiting for. */
function countInBackground(run: SyncRun, range: {tips: readonly string[]; known: readonly string[]}): void {
  countCommits(run.deps.repository, range).then(
    (total) => {
      run.counts.commitsTotal = total;
    },
    () => undefined,
  );
}

/** What stored commits show, read from the index. */
function storedContents({deps, snapshots}: SyncRun): ReadContents {
  return async (commits) => {
    const records = await deps.store.readCommits(deps.settings.repo, commits);
    const contents = new Map<string, TipContent>();
    for (const commit of commits) {
      const record = records.get(commit);
      contents.set(commit, contentOf(commit, record, record && (await snapshots.readSnapshot(record))));
    }
    return contents;
  };
}

/**
 * What the tips show where only their files are indexed. Each tree costs its difference from one that is known:
 * the ref's old one, else HEAD's, else the one before.
 */
async function treeContents(
  run: SyncRun,
  {head, indexed}: Observation,
  moves: readonly RoutedMove[],
): Promise<ReadContents> {
  const {store, settings, repository} = run.deps;
  const trees = new Map<string, Uint8Array>();
  const readTip = async (name: string | undefined): Promise<KnownTip | undefined> => {
    if (name === undefined || indexed.get(name)?.state !== 'live') return undefined;
    const record = (await store.readRefs(settings.repo, [name])).get(name);
    return record?.commit === undefined ? undefined : {commit: record.commit, snapshot: record.snapshot};
  };
  const headTip = await readTip(head);
  await withEntryWriter(run, async (writer) => {
    let last: KnownTip | undefined;
    for (const {move, destination} of moves) {
      const commit = commitOf(destination);
      if (commit === undefined || trees.has(commit)) continue;
      const base: KnownTip | undefined = (await readTip(move.name)) ?? headTip ?? last;
      const snapshot = await importTip({repository, writer}, {commit, base});
      trees.set(commit, snapshot);
      last = {commit, snapshot};
    }
  });
  return async (commits) => {
    const records = await store.readCommits(settings.repo, commits);
    return new Map(
      commits.map((commit) => [commit, contentOf(commit, records.get(commit), trees.get(commit))]),
    );
  };
}

function contentOf(
  commit: string,
  record: CommitRecord | undefined,
  snapshot: Uint8Array | undefined,
): TipContent {
  if (!record || !snapshot) throw lostTip(commit);
  using bitmap = Bitmap.parse(snapshot);
  return {commit, snapshot, history: record.history, entryCount: bitmap.size};
}

function lostTip(commit: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `the index has lost commit ${commit}`, {
    hint: 'Run `ctr uninstall --purge`, then `ctr install`: everything can be built again from Git.',
  });
}
