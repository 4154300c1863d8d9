import {addTo, Bitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import type {RefRecord} from '../domain/ref.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {matchTexts} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import {readLiveRefs} from './read-live-refs.ts';
import {listCommits} from './read-log.ts';
import {
  type AnswerFacts,
  answerFacts,
  type FoundFile,
  foundFile,
  LinesFound,
  type SearchOptions,
  withinBytes,
} from './search.ts';

const REFS_MAX = 500;
/** Commits looked at for a version whose first commit no ref reaches any more. */
const COMMITS_MAX = 20;

/** A version that matches, and a commit that shows it. */
export interface FoundVersion extends FoundFile {
  readonly commit: string;
  /** Full name of a ref that shows it now; null for one that is history. */
  readonly ref: string | null;
  /** How many versions at this path match; where hits are by path. */
  readonly versionCount?: number | undefined;
}

/** `total`: some of the versions may be such as no ref reaches any more: those are counted, never shown. */
export interface EverythingAnswer extends AnswerFacts {
  /** Best first. */
  readonly hits: readonly FoundVersion[];
}

/**
 * Searches every version of every file, on any branch, tag or commit. Versions that no ref reaches any more are omitted,
 * although they may still be stored. By path: the best version of each file, and how many match.
 * @throws QUERY where the engine finds a pattern too complex
 */
export async function searchEverything(
  reader: Reader,
  options: SearchOptions & {isByPath?: boolean | undefined},
): Promise<EverythingAnswer> {
  const {query, limit, now, isByPath} = options;
  const startedAt = now();
  const lines = new LinesFound(query.expression, options);
  const snapshot = {repo: reader.repository.id};
  const {expression, scan} = await matchTexts(reader.store, query.expression, {snapshot, now});
  const {total, hits} = await reader.store.search({
    expression,
    snapshot,
    limit,
    order: query.sort,
    isByPath,
    onContent: lines.take,
  });
  if (total === 0) await assertNotLost(reader);
  const shown = await findShown(
    reader,
    hits.map(({entry}) => entry),
  );
  const found = hits.flatMap((hit) => {
    const place = shown.get(hit.entry.seq);
    const {versionCount} = hit;
    return place ? [{...foundFile(hit, lines), ...place, ...(isByPath && {versionCount})}] : [];
  });
  const within = withinBytes(found, options.maxBytes);
  const hitsLeftOut = found.length - within.length;
  return {hits: within, ...answerFacts(reader, options, {total, scan, startedAt, hitsLeftOut})};
}

type Shown = Pick<FoundVersion, 'commit' | 'ref'>;

/** Where each entry is seen, by seq: at a ref's tip, else at the commit that brought it, else at a later one. */
async function findShown(reader: Reader, entries: readonly EntrySummary[]): Promise<Map<number, Shown>> {
  const shown = new Map<number, Shown>();
  if (entries.length === 0) return shown;
  using reachable = Bitmap.of();
  for await (const ref of readLiveRefs(reader, {limit: REFS_MAX})) {
    addTo(reachable, ref.history);
    takeShown(ref, {entries, shown});
  }
  const old = entries.filter(({seq}) => !shown.has(seq));
  const oids = [...new Set(old.map(({introducedBy}) => introducedBy))];
  const commits = await reader.store.readCommits(reader.repository.id, oids);
  const lost: EntrySummary[] = [];
  for (const entry of old) {
    const commit = commits.get(entry.introducedBy);
    if (commit && reachable.has(commit.seq)) shown.set(entry.seq, {commit: commit.oid, ref: null});
    else lost.push(entry);
  }
  const history = reachable.serialize();
  for (const entry of lost) {
    const commit = await findShowing(reader, entry, history);
    if (commit !== undefined) shown.set(entry.seq, {commit, ref: null});
  }
  return shown;
}

function takeShown(
  {name, commit, snapshot}: RefRecord,
  {entries, shown}: {entries: readonly EntrySummary[]; shown: Map<number, Shown>},
): void {
  using seqs = Bitmap.parse(snapshot);
  for (const {seq} of entries)
    if (!shown.has(seq) && seqs.has(seq)) shown.set(seq, {commit: commit!, ref: name});
}

/** A reachable commit that shows the entry: as after a rebase, which brings the same files by other commits. */
async function findShowing(
  reader: Reader,
  {seq, path}: EntrySummary,
  history: Uint8Array,
): Promise<string | undefined> {
  const {store, repository, snapshots} = reader;
  const oids = (await listCommits(reader, {history, path, limit: COMMITS_MAX})).map(({oid}) => oid);
  for (const record of (await store.readCommits(repository.id, oids)).values()) {
    const snapshot = await snapshots.readSnapshot(record);
    using seqs = snapshot && Bitmap.parse(snapshot);
    if (seqs?.has(seq)) return record.oid;
  }
  return undefined;
}
