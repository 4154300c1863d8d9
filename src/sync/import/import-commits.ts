import {Bitmap} from '../../domain/bitmap.ts';
import {type Commit, type CommitRecord, orderOf} from '../../domain/commit.ts';
import {changeSnapshot, EMPTY_TREE, type SnapshotDelta, storeSnapshot} from '../../domain/snapshot.ts';
import {type CommitEvent, streamCommits} from '../../git/commit-stream.ts';
import type {GitRepository} from '../../git/repository.ts';
import {type RevListEntry, streamRevList} from '../../git/rev-list.ts';
import {streamTree} from '../../git/stream-tree.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {SnapshotReader} from '../../store/snapshot-reader.ts';
import {readLiveSeqs} from '../removal/live-seqs.ts';
import type {SeqSource} from '../sync-run.ts';
import {CommitOutbox} from './commit-outbox.ts';
import {CommitStates} from './commit-states.ts';
import {
  type DraftSeqs,
  type EntryChange,
  type EntryWriter,
  entryChangeOf,
  resolveChanges,
} from './entry-writer.ts';
import {keepStoredCommits, type RenewedCommit, type StoredCommits} from './keep-stored-commits.ts';
import {SeqBlocks} from './seq-blocks.ts';

const SLICE_CHANGES = 4096;
const SLICE_COMMITS = 1000;
const SLICE_MESSAGE_CHARACTERS = 1024 * 1024;

export interface ImportCommitsDeps {
  readonly repository: GitRepository;
  readonly store: IndexStore;
  /** Knows the numbers of commits that are not stored here yet. */
  readonly numbers: SeqSource | undefined;
  /** Random id of the repository. */
  readonly repo: string;
  readonly writer: EntryWriter;
  readonly snapshots: SnapshotReader;
  /** True if every commit's files are indexed; false: only its message and paths. */
  readonly hasSnapshots: boolean;
  /** For repair: true for commits whose document is wrong. */
  readonly isDamaged?: ((oid: string) => boolean) | undefined;
  /** Called when commits are found stored by an interrupted run, when they are read, and when they are stored. */
  readonly onCommits: (counts: {found: number} | {read: number} | {written: number}) => void;
}

/** A commit in progress: its changes so far, as seqs. */
interface Draft extends DraftSeqs {
  readonly commit: Commit;
  readonly paths: string[];
  combinedPaths?: readonly string[] | undefined;
}

/**
 * Stores every commit that `tips` reach and `known` do not, with its entries, parents first. `known` are commits whose
 * whole history is stored. Memory does not grow with the history, and of a commit it holds only the changed paths.
 */
export async function importCommits(
  deps: ImportCommitsDeps,
  {tips, known}: {tips: readonly string[]; known: readonly string[]},
): Promise<void> {
  await using outbox = new CommitOutbox({
    store: deps.store,
    entries: deps.hasSnapshots ? deps.writer : undefined,
    onWritten: (written) => deps.onCommits({written}),
  });
  const seqs = new SeqBlocks((count) => (deps.numbers ?? deps.store).reserveSeqs('commits', count));
  using states = new CommitStates({...deps, pending: outbox.pending});
  using scope = new DisposableStack();
  let live: Promise<Bitmap> | undefined;
  const readLive = () => (live ??= readNeeded(deps).then((seqs) => scope.use(seqs)));
  const renewed = new Map<string, RenewedCommit>();
  const listed = streamRevList(deps.repository, {tips, known});
  const wanted = withoutStored({...deps, renewed, readLive}, listed);
  for await (const slice of slices(streamCommits(deps.repository, wanted))) {
    if (deps.hasSnapshots) await resolveChanges(deps.writer, slice.changes);
    deps.onCommits({read: slice.ended.length});
    const numbers = await numberCommits(deps, {blocks: seqs, renewed}, slice.ended);
    for (const [i, draft] of slice.ended.entries()) {
      const before = renewed.get(draft.commit.oid);
      const commit = await finishCommit(deps, states, draft, {
        seq: numbers[i]!,
        isKeyframe: before?.isKeyframe,
      });
      await outbox.add(commit, {isRenewed: before !== undefined});
    }
  }
  await outbox.flush();
}

/** Omits the commits that are completely stored. */
async function* withoutStored(
  deps: StoredCommits & Pick<ImportCommitsDeps, 'onCommits'>,
  chunks: AsyncIterable<readonly RevListEntry[]>,
) {
  for await (const chunk of chunks) {
    const stored = await keepStoredCommits(deps, chunk);
    if (stored.size > 0) deps.onCommits({found: stored.size});
    const fresh = chunk.filter(({oid}) => !stored.has(oid));
    if (fresh.length > 0) yield fresh;
  }
}

/** Numbers of the commits that refs reach; for repair of all stored ones, because the refs may be damaged. */
async function readNeeded({store, repo, isDamaged}: ImportCommitsDeps): Promise<Bitmap> {
  if (isDamaged) return Bitmap.parse(await store.readStoredSeqs(repo, 'commits'));
  using live = await readLiveSeqs(store, {repo, head: undefined});
  return live.commits.clone();
}

/** In the order of the drafts: the existing number of a commit, in this index or from `numbers`, or a new one. */
async function numberCommits(
  {numbers, repo}: ImportCommitsDeps,
  {blocks, renewed}: {blocks: SeqBlocks; renewed: ReadonlyMap<string, RenewedCommit>},
  drafts: readonly Draft[],
): Promise<number[]> {
  const oids = drafts.map(({commit}) => commit.oid);
  const unknown = oids.filter((oid) => !renewed.has(oid));
  const kept = (await numbers?.readCommitSeqs(repo, unknown)) ?? new Map<string, number>();
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
  deps: ImportCommitsDeps,
  states: CommitStates,
  draft: Draft,
  {seq, isKeyframe}: {seq: number; isKeyframe: boolean | undefined},
): Promise<CommitRecord> {
  const {commit} = draft;
  const history = Bitmap.of([seq]);
  const parentOrders: number[] = [];
  let snapshot: SnapshotDelta | undefined = commit.parents.length === 0 ? EMPTY_TREE : undefined;
  for (const [i, oid] of commit.parents.entries()) {
    const parent = await states.get(oid);
    history.addAll(parent.history);
    parentOrders.push(parent.order);
    if (i === 0) snapshot = parent.snapshot;
  }
  const order = orderOf(commit.committer, parentOrders);
  const stored = deps.hasSnapshots
    ? await snapshotOf(deps, states, draft, {parent: snapshot, isKeyframe})
    : undefined;
  // First: its size in memory is known only after its runs are made.
  const serialized = history.serialize();
  states.set(commit.oid, {order, history, snapshot: stored?.next});
  return {
    ...commit,
    repo: deps.repo,
    seq,
    order,
    paths: draft.combinedPaths ?? draft.paths,
    snapshot: stored?.stored,
    history: serialized,
  };
}

async function snapshotOf(
  deps: ImportCommitsDeps,
  states: CommitStates,
  draft: Draft,
  {parent, isKeyframe}: {parent: SnapshotDelta | undefined; isKeyframe: boolean | undefined},
) {
  const {oid} = draft.commit;
  const delta = parent
    ? changeSnapshot(parent, draft)
    : changeSnapshot(EMPTY_TREE, {added: await readWholeTree(deps, oid), removed: []});
  return storeSnapshot(oid, delta, (base) => states.readKeyframe(base), {isKeyframe});
}

/** The seqs of a commit's tree, if the files of its parent were never indexed. */
async function readWholeTree({repository, writer}: ImportCommitsDeps, oid: string): Promise<number[]> {
  const draft = {added: [], removed: []};
  for await (const changes of streamTree(repository, oid))
    await resolveChanges(
      writer,
      changes.map((change) => ({draft, change: entryChangeOf(change, oid)})),
    );
  return draft.added;
}
