import {addTo, Bitmap} from '../domain/bitmap.ts';
import type {CommitSummary} from '../domain/commit.ts';
import type {Expression} from '../domain/query/query.ts';
import type {SearchHit, SearchRequest} from '../store/ports/search.ts';
import {COMMITS_MAX, readLastChanges} from './last-changes.ts';
import type {Reader} from './open-reader.ts';
import type {SearchScope} from './search-scope.ts';

export interface FoundByDate {
  readonly total: number;
  readonly hits: readonly SearchHit[];
  /** The commits that changed them last, by seq; those that were not found are missing. */
  readonly changes: ReadonlyMap<number, CommitSummary>;
  /** For a person: that some were not found. */
  readonly notes: readonly string[];
}

const NOT_ALL = `Only the newest ${COMMITS_MAX} commits were looked at: files that changed last before them come last, by path.`;

/** Entries of one commit that belong to a page: from `offset` on in the order of their paths. */
interface Part {
  readonly seqs: Uint8Array;
  readonly commit?: CommitSummary;
  readonly offset: number;
  readonly count: number;
  readonly isWhole: boolean;
}

/**
 * A page of the matches of a search, those that changed last first; those of one commit by path. Walks the log only
 * until the page is full.
 */
export async function searchByDate(
  reader: Reader,
  {
    expression,
    scope,
    limit,
    offset,
    onContent,
  }: Pick<SearchRequest, 'expression' | 'limit' | 'onContent'> & {
    scope: SearchScope;
    offset: number;
  },
): Promise<FoundByDate> {
  const entries = await reader.store.findSeqs({expression, snapshot: scope.snapshot});
  using left = Bitmap.parse(entries);
  const total = left.size;
  const parts: Part[] = [];
  let at = 0;
  const take = (seqs: Uint8Array, size: number, commit?: CommitSummary) => {
    const start = Math.max(0, offset - at);
    const count = Math.min(size, offset + limit - at) - start;
    if (count > 0) parts.push({seqs, offset: start, count, isWhole: count === size, ...(commit && {commit})});
    at += size;
  };
  if (limit > 0 && offset < total) {
    for await (const {commit, seqs} of readLastChanges(reader, entries, scope.revisions)) {
      using changed = Bitmap.parse(seqs);
      left.removeAll(changed);
      take(seqs, changed.size, commit);
      if (at >= offset + limit) break;
    }
  }
  const isCut = at < Math.min(total, offset + limit) && limit > 0;
  if (isCut) take(left.serialize(), left.size);
  const found = await readParts(reader, parts, {scope, onContent});
  return {total, ...found, notes: isCut ? [NOT_ALL] : []};
}

/** The hits of the parts, in their order: one search for all that are there whole, one for each of the others. */
async function readParts(
  reader: Reader,
  parts: readonly Part[],
  {scope: {snapshot}, onContent}: Pick<SearchRequest, 'onContent'> & {scope: SearchScope},
): Promise<Pick<FoundByDate, 'hits' | 'changes'>> {
  const search = async (seqs: Uint8Array, {offset, count}: Pick<Part, 'offset' | 'count'>) => {
    const expression: Expression = {type: 'seqs', seqs};
    const request = {expression, snapshot, limit: count, offset, order: 'path', onContent} as const;
    return (await reader.store.search(request)).hits;
  };
  using together = Bitmap.of();
  const bySeq = new Map<number, Part>();
  for (const part of parts) {
    if (!part.isWhole) continue;
    addTo(together, part.seqs);
    using seqs = Bitmap.parse(part.seqs);
    for (const seq of seqs) bySeq.set(seq, part);
  }
  const size = together.size;
  const found = size === 0 ? [] : await search(together.serialize(), {offset: 0, count: size});
  const byPart = Map.groupBy(found, ({entry}) => bySeq.get(entry.seq));
  const hits: SearchHit[] = [];
  const changes = new Map<number, CommitSummary>();
  for (const part of parts) {
    const own = part.isWhole ? (byPart.get(part) ?? []) : await search(part.seqs, part);
    hits.push(...own);
    if (part.commit) for (const {entry} of own) changes.set(entry.seq, part.commit);
  }
  return {hits, changes};
}
