import {Bitmap} from '../../domain/bitmap.ts';
import type {StoredSnapshot} from '../../domain/commit.ts';
import {DirectoryTree} from '../../domain/directory-tree.ts';
import {type CommitEvent, streamCommits} from '../../git/commit-stream.ts';
import type {Change} from '../../git/raw-diff.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamTree} from '../../git/stream-tree.ts';
import type {StoredDocument} from '../../store/ports/audit.ts';
import {openSnapshotReader, type SnapshotReader} from '../../store/snapshot-reader.ts';
import {chunks} from '../../util/chunks.ts';
import {isDamage} from '../damage.ts';
import type {CommitAudit, PathlessCommit} from './commit-audit.ts';
import type {EntryAudit} from './entry-audit.ts';
import type {Examination} from './examination.ts';
import type {RefAudit} from './ref-audit.ts';
import {TreeProof} from './tree-proof.ts';

const WINDOW = 100;

export interface TreeAuditParts {
  readonly commits: CommitAudit;
  readonly entries: EntryAudit;
  readonly refs: RefAudit;
}

/** The trees of these commits in this order: the first as a whole, before anything else, each other one as its changes. */
export async function* walkTrees(
  {deps: {repository}}: Examination,
  oids: readonly string[],
): AsyncGenerator<CommitEvent[]> {
  const [first] = oids;
  if (first === undefined) return;
  for await (const changes of streamTree(repository, first))
    yield changes.map((change) => ({type: 'change', ...change}));
  // As if each had the one before as its parent: then its changes are what differs from there.
  const line = oids.map((oid, at) => ({oid, parents: [oids[Math.max(0, at - 1)]!]}));
  yield* streamCommits(repository, chunks(line, WINDOW));
}

/**
 * The snapshots of commits against Git's trees, entry by entry, and the trees rebuilt from the index against Git's own
 * hashes. A difference is judged by the keyframe that its base must have, so that a wrong keyframe is one finding.
 */
export class TreeAudit implements Disposable {
  readonly #exam: Examination;
  readonly #parts: TreeAuditParts;
  readonly #proof: TreeProof;
  readonly #snapshots: SnapshotReader;
  /** The right bitmaps of wrong keyframes. */
  readonly #wrongKeyframes = new Map<string, Uint8Array>();
  #documents = new Map<string, StoredDocument<PathlessCommit>>();

  constructor(exam: Examination, parts: TreeAuditParts) {
    this.#exam = exam;
    this.#parts = parts;
    const {store, repository, settings} = exam.deps;
    this.#snapshots = openSnapshotReader(store, settings.repo);
    this.#proof = new TreeProof({store, objectFormat: repository.objectFormat}, (commit, tree, rebuilt) =>
      this.#noteTree(commit, tree, rebuilt),
    );
  }

  /** Keyframes come first: what others build on. */
  async run(chosen: readonly string[]): Promise<void> {
    const {bases} = this.#parts.commits;
    const first = await this.#keyframesAmong(chosen.filter((oid) => bases.has(oid)));
    const order = [...chosen.filter((oid) => first.has(oid)), ...chosen.filter((oid) => !first.has(oid))];
    using expected = Bitmap.of();
    let tree = '';
    let [oid = ''] = order;
    let place = 0;
    for await (const events of walkTrees(this.#exam, order)) {
      for (const event of events) {
        if (event.type === 'commit') ({oid, tree} = event.commit);
        else if (event.type === 'change') this.#move(expected, event, oid);
        else {
          if (place % WINDOW === 0)
            await this.#readWindow(order.slice(place, place + WINDOW), place, order.length);
          place++;
          await this.#judge({oid, tree}, expected);
        }
      }
    }
    await this.#proof.flush();
    this.#exam.checked.trees = this.#proof.count;
  }

  /** Only keyframes, no deltas: a delta may be named as a base by mistake. */
  async #keyframesAmong(oids: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const some of chunks(oids, WINDOW)) {
      const documents = await this.#parts.commits.readDocuments(some);
      for (const oid of some) if (documents.get(oid)?.record?.snapshot?.base === undefined) found.add(oid);
    }
    return found;
  }

  #move(expected: Bitmap, {path, from, to}: Change, commit: string): void {
    const {entries} = this.#parts;
    if (from) expected.delete(entries.see({path, ...from}, commit));
    if (to) expected.add(entries.see({path, ...to}, commit));
  }

  async #readWindow(oids: readonly string[], place: number, total: number): Promise<void> {
    this.#exam.show('trees', place, total);
    this.#documents = await this.#parts.commits.readDocuments(oids);
  }

  async #judge({oid, tree}: {oid: string; tree: string}, expected: Bitmap): Promise<void> {
    const {commits, entries, refs} = this.#parts;
    const {numbers} = entries.inventory;
    await refs.judgeSnapshot(oid, {expected, numbers});
    const document = this.#documents.get(oid);
    if (!document?.record || commits.isDefective(document)) return this.#keepKeyframe(oid, expected);
    const {snapshot} = document.record;
    // Where only the tips' files are indexed, commits say nothing of theirs: their refs do.
    if (this.#exam.deps.settings.history === 'refs' && !snapshot) return this.#prove({oid, tree}, expected);
    const wrongKeyframe = this.#wrongKeyframes.get(snapshot?.base ?? '');
    using stored = wrongKeyframe ? undefined : await this.#resolve(snapshot);
    const isRight = wrongKeyframe
      ? this.#isRightDelta(snapshot!, wrongKeyframe, expected)
      : stored !== undefined && numbers.agrees(stored, expected);
    if (isRight && stored) await this.#prove({oid, tree}, stored);
    if (isRight || (await this.#isOdd(oid, tree))) return;
    commits.note(oid, 'snapshot');
    this.#keepKeyframe(oid, expected);
  }

  /** A delta is judged by the keyframe that its base must have. */
  #isRightDelta(snapshot: StoredSnapshot, wrongKeyframe: Uint8Array, expected: Bitmap): boolean {
    using keyframe = Bitmap.parse(wrongKeyframe);
    using added = Bitmap.parse(snapshot.added);
    using removed = Bitmap.parse(snapshot.removed);
    return this.#parts.entries.inventory.numbers.leadsTo(expected, keyframe, {added, removed});
  }

  /** The commit's whole snapshot as it is stored; undefined where there is none that holds together. */
  async #resolve(snapshot: StoredSnapshot | undefined): Promise<Bitmap | undefined> {
    const {base} = snapshot ?? {};
    if (base !== undefined && this.#parts.commits.placeOf(base) === undefined) return undefined;
    try {
      const whole = await this.#snapshots.readSnapshot({snapshot});
      return whole && Bitmap.parse(whole);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  /** Keeps what the commit must show, where others are stored as deltas from it. */
  #keepKeyframe(oid: string, expected: Bitmap): void {
    if (!this.#parts.commits.bases.has(oid)) return;
    using copy = expected.clone();
    this.#wrongKeyframes.set(oid, copy.serialize());
  }

  async #prove({oid, tree}: {oid: string; tree: string}, snapshot: Bitmap): Promise<void> {
    if (this.#parts.entries.inventory.numbers.hasAll(snapshot))
      await this.#proof.add({commit: oid, tree, snapshot});
  }

  async #noteTree(commit: string, tree: string, rebuilt: string): Promise<void> {
    if (!(await this.#isOdd(commit, tree)))
      this.#exam.findings.push({kind: 'tree-wrong', commit, tree, rebuilt});
  }

  async #isOdd(commit: string, tree: string): Promise<boolean> {
    const why = await oddityOf(this.#exam.deps.repository, {commit, tree});
    if (why === undefined) return false;
    this.#exam.notes.push({kind: 'odd-tree', commit, tree, why});
    return true;
  }

  [Symbol.dispose](): void {
    this.#proof[Symbol.dispose]();
  }
}

/**
 * Why the commit's tree does not follow from what `git ls-tree -r` lists of it; undefined where it does. Git accepts
 * such trees, and they cannot be built again from their files.
 */
async function oddityOf(
  repository: GitRepository,
  {commit, tree}: {commit: string; tree: string},
): Promise<string | undefined> {
  const rebuilt = new DirectoryTree(repository.objectFormat);
  let before: string | undefined;
  let isTwice = false;
  for await (const changes of streamTree(repository, commit)) {
    for (const {path, to} of changes) {
      isTwice ||= path === before;
      before = path;
      rebuilt.add({path, ...to!});
    }
  }
  if (rebuilt.oid() === tree) return undefined;
  return isTwice
    ? 'it has a name twice'
    : 'it has empty directories, or an order or modes that Git does not write';
}
