import {hash} from 'node:crypto';
import {Bitmap, difference, EMPTY_BITMAP, serializeBitmap} from '../domain/bitmap.ts';
import type {CommitNode} from '../domain/commit.ts';
import {lostCommit} from '../domain/corrupt-index.ts';
import type {Facet} from '../domain/facets.ts';
import {foldCase} from '../domain/fold-case.ts';
import type {Expression} from '../domain/query/query.ts';
import {PATTERN_MAX_CHARS} from '../domain/query/regex.ts';
import {trigramsOf} from '../domain/query/trigrams.ts';
import {SCAN_PATHS_MAX} from '../store/ports/commits.ts';
import {CtrError} from '../util/ctr-error.ts';
import {keepAnswer} from './kept-answers.ts';
import {SCAN_MAX_MS, scanTexts, type TextScan} from './match-texts.ts';
import type {Reader} from './open-reader.ts';

/** A text that commits bring or take away: `git log -S`, with `-i` if case does not matter. */
export interface WantedText {
  readonly text: string;
  readonly isCaseSensitive: boolean;
}

export interface TextChanges {
  /** Seqs of the commits that change how often the text occurs in some file. Roaring bitmap, portable 32-bit format. */
  readonly commits: Uint8Array;
  /** Texts that were read. */
  readonly scan: TextScan;
  /** Versions of files at these paths whose text is not in the index, by reason: they are not compared. */
  readonly notSearchable: Facet;
}

/** Versions that have the text: each costs some hundred bytes of memory. */
const VERSIONS_MAX = 500_000;

interface Question extends WantedText {
  /** The commits that are looked at. */
  readonly history: Uint8Array;
  /** Only this file, or what is below this directory. Empty: all. */
  readonly path: string;
  readonly now: () => number;
}

/**
 * The commits of a history that bring or take away a text, file by file: `git log -S <text> --no-renames`. As there,
 * merges are not compared with their parents.
 * @throws USAGE for a text that is empty or too long; QUERY where the index does not have the files of every commit, or
 *   where more texts than one query may read would be needed.
 */
export async function findTextChanges(reader: Reader, question: Question): Promise<TextChanges> {
  const {store, repository} = reader;
  const {text, isCaseSensitive, path, history} = question;
  if (text === '' || text.length > PATTERN_MAX_CHARS)
    throw new CtrError(
      'USAGE',
      `the text of -S has 1 to ${PATTERN_MAX_CHARS} characters, not ${text.length}`,
    );
  if (repository.builtWith.some((settings) => settings.history === 'refs')) throw onlyTips();
  // The next page asks the same.
  const asked = [repository.id, text, isCaseSensitive, path, hash('sha256', history)];
  return keepAnswer(store, asked, {compute: () => compare(reader, question)});
}

async function compare(reader: Reader, question: Question): Promise<TextChanges> {
  const {store, repository} = reader;
  const {path, now} = question;
  const startedAt = now();
  const snapshot = {repo: repository.id};
  const here: Expression[] = path === '' ? [] : [{type: 'seqs', seqs: await readSeqsAt(reader, path)}];
  const counts = new Map<number, number>();
  const countIn = counterOf(question);
  const expression: Expression = {type: 'all', of: [...here, ...mayHold(question.text)]};
  const scan = await scanTexts(store, {expression, snapshot, now}, ({seq, content}) => {
    const count = countIn(content);
    if (count > 0) counts.set(seq, count);
    if (counts.size > VERSIONS_MAX) throw tooMuch();
  });
  if (!scan.isComplete) throw tooMuch();
  using commits = Bitmap.of();
  for await (const nodes of scanTouching(reader, question, await readVersions(reader, counts))) {
    for (const seq of nodes) commits.add(seq);
    if (now() - startedAt > SCAN_MAX_MS) throw tooMuch();
  }
  const {facets} = await store.search({
    expression: {type: 'all', of: [...here, {type: 'unsearchable'}]},
    snapshot,
    limit: 0,
    hasFacets: true,
  });
  return {commits: commits.serialize(), scan, notSearchable: facets?.notIndexed ?? []};
}

/** Trigrams lie within lines. */
function mayHold(text: string): Expression[] {
  return text.split('\n').map((line) => ({type: 'trigrams', wanted: trigramsOf(line)}));
}

/** Counts occurrences without overlaps, from the start. Source: git 2.39, diffcore-pickaxe.c, contains. */
function counterOf({text, isCaseSensitive}: WantedText): (content: string) => number {
  const fold = isCaseSensitive ? (given: string) => given : foldCase;
  const wanted = fold(text);
  return (content) => {
    const folded = fold(content);
    let count = 0;
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) count++;
    return count;
  };
}

/** The numbers of all versions of the file, or of those below the directory. */
async function readSeqsAt({store, repository}: Reader, path: string): Promise<Uint8Array> {
  const snapshot = {repo: repository.id};
  using seqs = Bitmap.of();
  for (const filter of [{path}, {under: path}])
    for await (const batch of store.scanEntries({snapshot, ...filter}))
      for (const {seq} of batch) seqs.add(seq);
  return seqs.serialize();
}

/** A version that has the text. */
interface Version {
  readonly path: string;
  readonly count: number;
}

async function readVersions(
  {store}: Reader,
  counts: ReadonlyMap<number, number>,
): Promise<Map<number, Version>> {
  const versions = new Map<number, Version>();
  if (counts.size === 0) return versions;
  for await (const batch of store.scanEntries({snapshot: serializeBitmap(counts.keys())}))
    for (const {seq, path} of batch) versions.set(seq, {path, count: counts.get(seq)!});
  return versions;
}

/** Seqs of commits that change a count, in batches; a batch may be empty. */
async function* scanTouching(
  reader: Reader,
  {history}: Question,
  versions: ReadonlyMap<number, Version>,
): AsyncGenerator<number[]> {
  const {store, repository} = reader;
  if (versions.size === 0) return;
  using having = Bitmap.of(versions.keys());
  const paths = [...new Set(Array.from(versions.values(), ({path}) => path))];
  const filter = {seqs: history, paths: paths.length > SCAN_PATHS_MAX ? undefined : paths};
  for await (const nodes of store.scanCommits(repository.id, filter)) {
    const single = nodes.filter(({parents}) => parents.length < 2);
    const changes: Change[] = [];
    for (const change of await readChanges(reader, single)) {
      using touched = Bitmap.of([...change.gone, ...change.come]);
      if (!touched.intersects(having)) continue;
      const changed = pathsThatDiffer(change, versions);
      if (changed.size > 0) changes.push({...change, paths: changed});
    }
    const unknown = await readUnsearchable(reader, changes, having);
    yield changes.filter((change) => isKnown(change, unknown)).map(({seq}) => seq);
  }
}

interface Difference {
  /** Of the commit. */
  readonly seq: number;
  /** Entries that its parent shows, and it does not. */
  readonly gone: Uint32Array;
  readonly come: Uint32Array;
}

interface Change extends Difference {
  /** Paths where the two have different counts. */
  readonly paths: ReadonlySet<string>;
}

/** Each commit against its parent, a root against nothing. */
async function readChanges(reader: Reader, commits: readonly CommitNode[]): Promise<Difference[]> {
  const {store, repository, snapshots} = reader;
  const oids = new Set(commits.flatMap(({parents}) => parents));
  const parents =
    oids.size === 0 ? new Map<string, CommitNode>() : await store.readCommits(repository.id, [...oids]);
  await snapshots.readAhead([...commits, ...parents.values()]);
  const read = async (commit: CommitNode | undefined, oid: string) => {
    const snapshot = commit && (await snapshots.readSnapshot(commit));
    if (!commit) throw lostCommit(oid);
    if (!snapshot) throw onlyTips();
    return snapshot;
  };
  const changes: Difference[] = [];
  for (const commit of commits) {
    const [parent] = commit.parents;
    const after = await read(commit, commit.oid);
    const before = parent === undefined ? EMPTY_BITMAP : await read(parents.get(parent), parent);
    using gone = difference(before, after);
    using come = difference(after, before);
    changes.push({seq: commit.seq, gone: gone.toArray(), come: come.toArray()});
  }
  return changes;
}

function pathsThatDiffer({gone, come}: Difference, versions: ReadonlyMap<number, Version>): Set<string> {
  const balance = new Map<string, number>();
  for (const [seqs, sign] of [
    [gone, -1],
    [come, 1],
  ] as const) {
    for (const seq of seqs) {
      const version = versions.get(seq);
      if (version) balance.set(version.path, (balance.get(version.path) ?? 0) + sign * version.count);
    }
  }
  return new Set([...balance].flatMap(([path, more]) => (more === 0 ? [] : [path])));
}

/** Of the other versions in these changes, those whose text is not in the index: their counts are not known. */
async function readUnsearchable(
  {store}: Reader,
  changes: readonly Change[],
  having: Bitmap,
): Promise<Map<number, string>> {
  using others = Bitmap.of(changes.flatMap(({gone, come}) => [...gone, ...come]));
  others.removeAll(having);
  const unsearchable = new Map<number, string>();
  if (others.size === 0) return unsearchable;
  for await (const batch of store.scanEntries({snapshot: others.serialize()}))
    for (const {seq, path, notIndexed} of batch) if (notIndexed !== undefined) unsearchable.set(seq, path);
  return unsearchable;
}

/** True if some path differs whose versions both have a text, or are absent. */
function isKnown({gone, come, paths}: Change, unsearchable: ReadonlyMap<number, string>): boolean {
  const unknown = new Set([...gone, ...come].map((seq) => unsearchable.get(seq)));
  return [...paths].some((path) => !unknown.has(path));
}

function onlyTips(): CtrError {
  return new CtrError('QUERY', 'the index does not have the files of every commit, which -S compares', {
    hint: 'Set ctr.history to all, then run `ctr reindex`.',
  });
}

function tooMuch(): CtrError {
  return new CtrError('QUERY', 'more texts would have to be read than one query may read', {
    hint: 'Name a path, or give more of the text.',
  });
}
