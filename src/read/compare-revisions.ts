import {type Bitmap, countBeyond, difference, EMPTY_BITMAP, serializeBitmap} from '../domain/bitmap.ts';
import type {CommitSummary} from '../domain/commit.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {diffLines, type Hunk, hunksOf, linesOf} from '../domain/line-diff.ts';
import {encodePath} from '../domain/path.ts';
import {CtrError} from '../util/ctr-error.ts';
import {findMergeBases} from './merge-bases.ts';
import type {Reader} from './open-reader.ts';
import {findEntry} from './read-file.ts';
import {listCommits} from './read-log.ts';
import {
  findCommit,
  type Revision,
  readSnapshot,
  resolveRevision,
  type WantedRevision,
} from './resolve-revision.ts';

/** More than that is not compared line by line. */
const TEXT_MAX_CHARS = 1_000_000;
/** Trees that differ in more are not compared: nobody reads it, and it would be held whole. */
const ENTRIES_MAX = 50_000;

/** A path that two trees show differently. `renamed`: the same bytes went from one path to another. */
export interface ChangedFile {
  readonly status: 'added' | 'deleted' | 'modified' | 'renamed';
  /** Where it is now; of a deleted one where it was. */
  readonly path: string;
  readonly before?: EntrySummary | undefined;
  readonly after?: EntrySummary | undefined;
}

/** With three dots from where the second revision left the first, with two from the first itself: as `git diff`. */
export type Dots = 2 | 3;

export interface Comparison {
  readonly from: {readonly ref: string | null; readonly commit: string};
  readonly to: {readonly ref: string | null; readonly commit: string};
  /** The best common ancestors, that which Git takes first. None: the histories have nothing in common. */
  readonly mergeBases: readonly string[];
  /** The commit whose files those of `to` are compared with: the first merge base or `from`, by the dots. */
  readonly base: string | undefined;
  /**
   * What leads from the tree of `base` to that of `to`, sorted by path. Undefined where there is no base, or where its
   * files are not indexed (`ctr.history = refs`).
   */
  readonly files: readonly ChangedFile[] | undefined;
  /** How many commits `to` reaches and `from` does not. */
  readonly aheadCount: number;
  /** How many commits `from` reaches and `to` does not. */
  readonly behindCount: number;
  /** Those that `to` is ahead, newest first, at most `commitsMax`. */
  readonly commits: readonly CommitSummary[];
}

interface WantedComparison {
  readonly from?: WantedRevision;
  readonly to?: WantedRevision;
  readonly dots: Dots;
  readonly commitsMax: number;
}

/**
 * What is in `to` and not in `from`. Costs what differs, not what the trees hold.
 * @throws UNKNOWN_REF, QUERY where more than 50,000 entries differ
 */
export async function compareRevisions(
  reader: Reader,
  {from, to, dots, commitsMax}: WantedComparison,
): Promise<Comparison> {
  const [old, now] = await Promise.all([resolveRevision(reader, from), resolveRevision(reader, to)]);
  const mergeBases = await findMergeBases(reader, old, now);
  const base = dots === 2 ? old.commit : mergeBases[0];
  const files = await compareWith(reader, base === old.commit ? old : base, now);
  using news = difference(now.history, old.history);
  return {
    from: {ref: old.ref ?? null, commit: old.commit},
    to: {ref: now.ref ?? null, commit: now.commit},
    mergeBases,
    base,
    files,
    aheadCount: news.size,
    behindCount: countBeyond(old.history, now.history),
    commits: await listCommits(reader, {history: news.serialize(), limit: commitsMax}),
  };
}

/** Undefined without a base, and where its files are not indexed. */
async function compareWith(
  reader: Reader,
  base: Revision | string | undefined,
  now: Revision,
): Promise<readonly ChangedFile[] | undefined> {
  const before = typeof base === 'object' ? base.snapshot : base && (await readBase(reader, base));
  if (!before) return undefined;
  const files = await compareSnapshots(reader, before, now.snapshot);
  if (files) return files;
  throw new CtrError('QUERY', `more than ${ENTRIES_MAX} entries differ between the two revisions`, {
    hint: 'Compare revisions that are nearer to each other.',
  });
}

async function readBase(reader: Reader, oid: string): Promise<Uint8Array | undefined> {
  return readSnapshot(reader, await findCommit(reader, oid));
}

/**
 * What leads from one tree to another, sorted by path; undefined where that is more than 50,000 entries. Without
 * `before`: from the empty tree.
 */
export async function compareSnapshots(
  {store}: Reader,
  before: Uint8Array = EMPTY_BITMAP,
  after: Uint8Array,
): Promise<ChangedFile[] | undefined> {
  using gone = difference(before, after);
  using come = difference(after, before);
  if (gone.size + come.size > ENTRIES_MAX) return undefined;
  const scan = async (entries: Bitmap) =>
    (await Array.fromAsync(store.scanEntries({snapshot: entries.serialize()}))).flat();
  return pairUp(...(await Promise.all([scan(gone), scan(come)])));
}

function pairUp(gone: readonly EntrySummary[], come: readonly EntrySummary[]): ChangedFile[] {
  const old = new Map(gone.map((entry) => [entry.path, entry]));
  const changed: ChangedFile[] = [];
  const added: EntrySummary[] = [];
  for (const after of come) {
    const before = old.get(after.path);
    if (!before) added.push(after);
    else changed.push({status: 'modified', path: after.path, before, after});
    old.delete(after.path);
  }
  const movable = Map.groupBy(old.values(), ({oid}) => oid);
  for (const after of added) {
    const before = movable.get(after.oid)?.pop();
    if (before) old.delete(before.path);
    changed.push({status: before ? 'renamed' : 'added', path: after.path, before, after});
  }
  for (const before of old.values()) changed.push({status: 'deleted', path: before.path, before});
  const keyed = changed.map((file) => ({file, key: encodePath(file.path)}));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({file}) => file);
}

/** The lines of both sides and where they differ. */
export interface TextDiff {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly hunks: readonly Hunk[];
  readonly addedCount: number;
  readonly removedCount: number;
  /** False where the sides differ too much for the fewest changes to be looked for. */
  readonly isMinimal: boolean;
  /** Whether the last line of a side lacks its line feed. */
  readonly isOpen: {readonly before: boolean; readonly after: boolean};
}

/** The lines that differ, or why there are none to show: a side without text, or one that is too large. */
export async function readFileDiff(
  reader: Reader,
  {before, after}: Pick<ChangedFile, 'before' | 'after'>,
): Promise<TextDiff | 'binary' | 'too-large'> {
  const sides = [before, after];
  if (sides.some((side) => side?.notIndexed === 'too-large')) return 'too-large';
  const texts = await Promise.all(sides.map(async (side) => (side ? readText(reader, side) : '')));
  const [old, now] = texts;
  if (old === undefined || now === undefined) return 'binary';
  if (old.length + now.length > TEXT_MAX_CHARS) return 'too-large';
  return diffTexts(old, now);
}

/** A submodule has the text that `git diff` gives it. */
async function readText(reader: Reader, {seq, path, kind, oid}: EntrySummary): Promise<string | undefined> {
  if (kind === 'submodule') return `Subproject commit ${oid}\n`;
  return (await findEntry(reader, {snapshot: serializeBitmap([seq])}, path))?.content;
}

function diffTexts(old: string, now: string): TextDiff {
  // A last line with and one without its line feed differ, as for Git.
  const isOpen = {before: isUnfinished(old), after: isUnfinished(now)};
  const mark = (text: string) => linesOf(isUnfinished(text) ? `${text}\0` : text);
  const [before, after] = [mark(old), mark(now)];
  const diff = diffLines(before, after);
  const sum = (side: 'oldCount' | 'newCount') =>
    diff.changes.reduce((total, change) => total + change[side], 0);
  return {
    before: linesOf(old),
    after: linesOf(now),
    hunks: hunksOf(diff, {oldLength: before.length}),
    addedCount: sum('newCount'),
    removedCount: sum('oldCount'),
    isMinimal: diff.isMinimal,
    isOpen,
  };
}

function isUnfinished(text: string): boolean {
  return text !== '' && !text.endsWith('\n');
}
