import {Bitmap} from '../../domain/bitmap.ts';
import {type Commit, type CommitRecord, orderOf} from '../../domain/commit.ts';
import {changeSnapshot, EMPTY_TREE, type SnapshotDelta, storeSnapshot} from '../../domain/snapshot.ts';
import {type CommitEvent, streamCommits} from '../../git/commit-stream.ts';
import {type RevListEntry, streamRevList} from '../../git/rev-list.ts';
import {streamTree} from '../../git/stream-tree.ts';
import {readLiveSeqs} from '../removal/live-seqs.ts';
import type {SyncDeps, SyncRun} from '../sync-run.ts';
import {CommitStates} from './commit-states.ts';
import {CommitWriter} from './commit-writer.ts';
import {
  type DraftSeqs,
  type EntryChange,
  type EntryWriter,
  entryChangeOf,
  resolveChanges,
} from './entry-writer.ts';
import {keepStoredCommits, type RenewedCommit} from './keep-stored-commits.ts';
import {SeqBlocks} from './seq-blocks.ts';

const SLICE_CHANGES = 4096;
const SLICE_COMMITS = 1000;
const SLICE_MESSAGE_CHARACTERS = 1024 * 1024;

/** A commit in progress: its changes so far, as seqs. */
interface Draft extends DraftSeqs {
  readonly commit: Commit;
  readonly paths: string[];
  combinedPaths?: readonly string[] | undefined;
}

/** Turns drafts into commits. */
interface Finisher {
  readonly run: SyncRun;
  readonly writer: EntryWriter;
  readonly states: CommitStates;
}

/**
 * Stores every commit that `tips` reach and `known` do not, with its entries, parents first. `known` are commits whose
 * whole history is stored. Memory does not grow with the history, and of a commit it holds only the changed paths.
 */
export async function importCommits(
  run: SyncRun,
  writer: EntryWriter,
  {tips, known}: {tips: readonly string[]; known: readonly string[]},
): Promise<void> {
  const {repository, store, settings, numbers} = run.deps;
  const hasSnapshots = settings.history === 'all';
  await using commits = new CommitWriter({
    store,
    entries: hasSnapshots ? writer : undefined,
    onWritten: (count) => (run.counts.commitsWritten += count),
  });
  const blocks = new SeqBlocks((count) => (numbers ?? store).reserveSeqs('commits', count));
  using states = new CommitStates(run, commits.pending);
  const renewed = new Map<string, RenewedCommit>();
  const wanted = withoutStored(run, renewed, streamRevList(repository, {tips, known}));
  for await (const slice of slices(streamCommits(repository, wanted))) {
    if (hasSnapshots) await resolveChanges(writer, slice.changes);
    run.seen.commitsRead += slice.ended.length;
    const seqs = await numberCommits(run, {blocks, renewed}, slice.ended);
    for (const [i, draft] of slice.ended.entries()) {
      const before = renewed.get(draft.commit.oid);
      const given = {seq: seqs[i]!, isKeyframe: before?.isKeyframe};
      const commit = await finishCommit({run, writer, states}, draft, given);
      await commits.add(commit, {isRenewed: before !== undefined});
    }
  }
  await commits.flush();
}

/** Omits the commits that are completely stored. */
async function* withoutStored(
  {deps, seen}: SyncRun,
  renewed: Map<string, RenewedCommit>,
  chunks: AsyncIterable<readonly RevListEntry[]>,
) {
  using scope = new DisposableStack();
  let live: Promise<Bitmap> | undefined;
  const {store, settings, damaged} = deps;
  const keeping = {
    store,
    repo: settings.repo,
    hasSnapshots: settings.history === 'all',
    renewed,
    readLive: () => (live ??= readNeeded(deps).then((seqs) => scope.use(seqs))),
    isDamaged: damaged?.hasCommit,
  };
  for await (const chunk of chunks) {
    const stored = await keepStoredCommits(keeping, chunk);
    seen.commitsFound += stored.size;
    const fresh = chunk.filter(({oid}) => !stored.has(oid));
    if (fresh.length > 0) yield fresh;
  }
}

/** Numbers of the commits that refs reach; for repair of all stored ones, because the refs may be damaged. */
async function readNeeded({store, settings: {repo}, damaged}: SyncDeps): Promise<Bitmap> {
  if (damaged) return Bitmap.parse(await store.readStoredSeqs(repo, 'commits'));
  using live = await readLiveSeqs(store, {repo, head: undefined});
  return live.commits.clone();
}

/** In the order of the drafts: the existing number of a commit, in this index or from `numbers`, or a new one. */
async function numberCommits(
  {deps: {numbers, settings}}: SyncRun,
  {blocks, renewed}: {blocks: SeqBlocks; renewed: ReadonlyMap<string, RenewedCommit>},
  drafts: readonly Draft[],
): Promise<number[]> {
  const oids = drafts.map(({commit}) => commit.oid);
  const unknown = oids.filter((oid) => !renewed.has(oid));
  const kept = (await numbers?.readCommitSeqs(settings.repo, unknown)) ?? new Map<string, number>();
  const fresh = (await blocks.take(unknown.length - kept.size)).values();
  return oids.map((oid) => renewed.get(oid)?.seq ?? kept.get(oid) ?? fresh.next().value!);
}

/** A part of the stream: changes to resolve together, and the commits that end in it. */
interface Slice {
  readonly changes: {readonly draft: Draft; readonly change: EntryChange}[];
  readonly ended: Draft[];
}

/** Cuts the stream into slices of bounded size, also within a commit. */
async function* slices(batches: AsyncIterable<readonly CommitEvent[]>): AsyncGenerator<Slice> {
  let slice: Slice = {changes: [], ended: []};
  let messageCharacters = 0;
  let draft: Draft | undefined;
  for await (const batch of batches) {
    for (const event of batch) {
      switch (event.type) {
        case 'commit':
          draft = {commit: event.commit, added: [], removed: [], paths: []};
          break;
        case 'change':
          draft!.paths.push(event.path);
          slice.changes.push({draft: draft!, change: entryChangeOf(event, draft!.commit.oid)});
          break;
        case 'end':
          draft!.combinedPaths = event.combinedPaths;
          slice.ended.push(draft!);
          messageCharacters += draft!.commit.message.length;
          break;
      }
      if (
        slice.changes.length >= SLICE_CHANGES ||
        slice.ended.length >= SLICE_COMMITS ||
        messageCharacters >= SLICE_MESSAGE_CHARACTERS
      ) {
        yield slice;
        slice = {changes: [], ended: []};
        messageCharacters = 0;
      }
    }
  }
  yield slice;
}

async function finishCommit(
  finisher: Finisher,
  draft: Draft,
  {seq, isKeyframe}: {seq: number; isKeyframe: boolean | undefined},
): Promise<CommitRecord> {
  const {run, states} = finisher;
  const {commit} = draft;
  const history = Bitmap.of([seq]);
  const parentOrders: number[] = [];
  let parentSnapshot = commit.parents.length === 0 ? EMPTY_TREE : undefined;
  for (const [i, oid] of commit.parents.entries()) {
    const parent = await states.get(oid);
    history.addAll(parent.history);
    parentOrders.push(parent.order);
    if (i === 0) parentSnapshot = parent.snapshot;
  }
  const order = orderOf(commit.committer, parentOrders);
  const {settings} = run.deps;
  const stored =
    settings.history === 'all'
      ? await storeSnapshot(
          commit.oid,
          parentSnapshot ? changeSnapshot(parentSnapshot, draft) : await readWholeTree(finisher, commit.oid),
          (base) => states.readKeyframe(base),
          {isKeyframe},
        )
      : undefined;
  // First: its size in memory is known only after its runs are made.
  const serialized = history.serialize();
  states.set(commit.oid, {order, history, snapshot: stored?.next});
  return {
    ...commit,
    repo: settings.repo,
    seq,
    order,
    paths: draft.combinedPaths ?? draft.paths,
    snapshot: stored?.stored,
    history: serialized,
  };
}

/** The seqs of a commit's tree, if the files of its parent were never indexed. */
async function readWholeTree({run, writer}: Finisher, oid: string): Promise<SnapshotDelta> {
  const draft = {added: [], removed: []};
  for await (const changes of streamTree(run.deps.repository, oid)) {
    const drafted = changes.map((change) => ({draft, change: entryChangeOf(change, oid)}));
    await resolveChanges(writer, drafted);
  }
  return changeSnapshot(EMPTY_TREE, draft);
}
