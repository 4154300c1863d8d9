import {addTo, Bitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {CtrError} from '../util/ctr-error.ts';
import {type AnswerFacts, answerFacts, hitsWithin, type SearchOptions} from './answer-facts.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {type FoundFile, foundFile, LinesFound} from './found-file.ts';
import {matchTexts} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import {readLifetimes} from './read-lifetimes.ts';
import {readLiveRefs} from './read-live-refs.ts';

const REFS_MAX = 500;
/** Of one version. */
const REFS_SHOWN = 20;

const FEW_REFS = `Only the first ${REFS_MAX} refs were looked at.`;
const FEW_LIFETIMES =
  'When versions were first and last shown was looked up for the first 100 files only, and not for files that changed very often.';

/** A version that matches, and where it is shown. */
export interface FoundVersion extends FoundFile {
  /** A commit that shows it: that of `ref`, else the one that brought it. */
  readonly commit: string;
  /** The first of `refs`; null for a version that is history. */
  readonly ref: string | null;
  /** Full names of refs that show it now, at most 20: HEAD's branch first, then branches, tags and others by name. */
  readonly refs: readonly string[];
  /** How many there are. */
  readonly refsTotal: number;
  /** Oid of the oldest commit that shows it; null where that was not looked for. */
  readonly first: string | null;
  /** Oid of the newest commit that shows it: see `Lifetime`; where refs show it now, `commit`. */
  readonly last: string | null;
  /** How many versions at this path match; where hits are by path. */
  readonly versionCount?: number | undefined;
}

/** `total`: some of the versions may be such as no ref reaches any more: those are counted, never shown. */
export interface EverythingAnswer extends AnswerFacts {
  /** Best first. */
  readonly hits: readonly FoundVersion[];
}

export type EverythingOptions = SearchOptions & {
  readonly isByPath?: boolean | undefined;
  /** False: `first` and `last` may be null. */
  readonly hasLifetimes?: boolean | undefined;
};

/**
 * Searches every version of every file, on any branch, tag or commit. Versions that no ref reaches any more are omitted,
 * although they may still be stored. By path: the best version of each file, and how many match.
 * @throws QUERY where the engine finds a pattern too complex
 */
export async function searchEverything(
  reader: Reader,
  options: EverythingOptions,
): Promise<EverythingAnswer> {
  const {query, limit, now, isByPath} = options;
  const {sort} = query;
  if (sort === 'date')
    throw new CtrError('QUERY', 'sort:date is about a revision, not about every version', {
      hint: 'Search a branch, a tag or a commit, or sort by path.',
    });
  const startedAt = now();
  const lines = new LinesFound(query.expression, options);
  const snapshot = {repo: reader.repository.id};
  const {expression, scan} = await matchTexts(reader.store, query.expression, {snapshot, now});
  const {total, hits} = await reader.store.search({
    expression,
    snapshot,
    limit,
    order: sort,
    isByPath,
    onContent: lines.take,
  });
  if (total === 0) await assertNotLost(reader);
  const entries = hits.map(({entry}) => entry);
  const {shown, notes} = await findShown(reader, entries, options);
  const found = hits.flatMap((hit) => {
    const place = shown.get(hit.entry.seq);
    const {versionCount} = hit;
    return place ? [{...foundFile(hit, lines), ...place, ...(isByPath && {versionCount})}] : [];
  });
  const within = hitsWithin(found, options.maxBytes);
  const hitsLeftOut = found.length - within.length;
  const facts = answerFacts(reader, options, {total, scan, startedAt, hitsLeftOut});
  return {hits: within, ...facts, notes: [...facts.notes, ...notes]};
}

type Shown = Pick<FoundVersion, 'commit' | 'ref' | 'refs' | 'refsTotal' | 'first' | 'last'>;

/** Where each entry is seen, by seq; those that no ref reaches are omitted. */
async function findShown(
  reader: Reader,
  entries: readonly EntrySummary[],
  {hasLifetimes = true}: Pick<EverythingOptions, 'hasLifetimes'>,
): Promise<{shown: Map<number, Shown>; notes: readonly string[]}> {
  const shown = new Map<number, Shown>();
  if (entries.length === 0) return {shown, notes: []};
  const {tips, history, isComplete} = await readTips(reader, entries);
  const brought = await findBringing(
    reader,
    entries.filter(({seq}) => !tips.has(seq)),
    history,
  );
  const isLost = ({seq}: EntrySummary) => !tips.has(seq) && !brought.has(seq);
  // First those for which nothing else tells whether a ref reaches them.
  const [lost, others] = [entries.filter(isLost), entries.filter((entry) => !isLost(entry))];
  const asked = hasLifetimes ? [...lost, ...others] : lost;
  const {lifetimes, isComplete: isEachKnown} = await readLifetimes(reader, asked, history);
  for (const {seq} of entries) {
    const refs = tips.get(seq) ?? [];
    const lifetime = lifetimes.get(seq);
    const commit = refs[0]?.commit ?? brought.get(seq) ?? lifetime?.first;
    if (commit === undefined) continue;
    shown.set(seq, {
      commit,
      ref: refs[0]?.name ?? null,
      refs: refs.slice(0, REFS_SHOWN).map(({name}) => name),
      refsTotal: refs.length,
      first: lifetime?.first ?? null,
      last: refs[0]?.commit ?? lifetime?.last ?? null,
    });
  }
  const notes = [...(isComplete ? [] : [FEW_REFS]), ...(isEachKnown ? [] : [FEW_LIFETIMES])];
  return {shown, notes};
}

interface Tip {
  readonly name: string;
  readonly commit: string;
}

/** The refs that show each entry now, by seq, in the order of `readLiveRefs`; and the commits that some ref reaches. */
async function readTips(
  reader: Reader,
  entries: readonly EntrySummary[],
): Promise<{tips: Map<number, Tip[]>; history: Uint8Array; isComplete: boolean}> {
  const tips = new Map<number, Tip[]>();
  using reachable = Bitmap.of();
  let refsSeen = 0;
  for await (const {name, commit, history, snapshot} of readLiveRefs(reader, {limit: REFS_MAX + 1})) {
    if (++refsSeen > REFS_MAX) break;
    addTo(reachable, history);
    using seqs = Bitmap.parse(snapshot);
    for (const {seq} of entries) {
      if (!seqs.has(seq)) continue;
      const found = tips.get(seq) ?? tips.set(seq, []).get(seq)!;
      found.push({name, commit: commit!});
    }
  }
  return {tips, history: reachable.serialize(), isComplete: refsSeen <= REFS_MAX};
}

/** Oids of the commits that brought the entries, by seq of the entry, where a ref still reaches them. */
async function findBringing(
  {store, repository}: Reader,
  entries: readonly EntrySummary[],
  history: Uint8Array,
): Promise<Map<number, string>> {
  using reachable = Bitmap.parse(history);
  const oids = [...new Set(entries.map(({introducedBy}) => introducedBy))];
  const commits = await store.readCommits(repository.id, oids);
  return new Map(
    entries.flatMap(({seq, introducedBy}) => {
      const commit = commits.get(introducedBy);
      return commit && reachable.has(commit.seq) ? [[seq, commit.oid]] : [];
    }),
  );
}
