import type {Bitmap} from '../../domain/bitmap.ts';
import type {Facet, Facets} from '../../domain/facets.ts';
import {type EntryOrder, type WordsClause, wantedClauses} from '../../domain/query/query.ts';
import type {
  ContentScan,
  FoundContent,
  SearchHit,
  SearchPort,
  SearchRequest,
  SearchResult,
} from '../ports/search.ts';
import {among} from './among.ts';
import type {Connections} from './connections.ts';
import type {Database, Row} from './database.ts';
import {SUMMARY_COLUMNS, summaryOf} from './entry-rows.ts';
import {matchExpression} from './match-expression.ts';
import {scoreNames} from './name-rows.ts';
import {scoreWords} from './texts/score-words.ts';
import {readContent} from './texts/text-reader.ts';

/** Contents are handed out by this much at once. */
const SCAN_BYTES = 8_000_000;

export function makeSearch({read}: Connections): SearchPort {
  return {
    async search(request) {
      const db = read();
      return db.snapshot(() => search(db, request));
    },
    async findSeqs({expression, snapshot}) {
      const db = read();
      using matches = db.snapshot(() => matchExpression(db, expression, snapshot));
      return matches.serialize();
    },
    scanContents: (scan) => scanContents(read, scan),
  };
}

/** Finds all matches as a set; counts it, ranks it, and reads the best. */
function search(db: Database, request: SearchRequest): SearchResult {
  const {expression, snapshot, limit, hasFacets = false, onContent} = request;
  using matches = matchExpression(db, expression, snapshot);
  const facets = hasFacets ? countFacets(db, matches) : undefined;
  const hits = limit === 0 || matches.size === 0 ? [] : best(db, request, matches);
  if (onContent) tellContents(db, hits, onContent);
  return {total: matches.size, hits, ...(facets && {facets})};
}

type Ranking = Pick<SearchRequest, 'expression' | 'limit' | 'offset' | 'order'>;

function scoresOf(db: Database, {expression, order}: Ranking, matches: Bitmap): Map<number, number> {
  const words = wantedClauses(expression).filter((clause): clause is WordsClause => clause.type === 'words');
  return order === 'relevance'
    ? sumOf(scoreWords(db, words, matches), scoreNames(db, words, matches))
    : new Map();
}

function sumOf(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(left);
  for (const [seq, score] of right) sum.set(seq, (sum.get(seq) ?? 0) + score);
  return sum;
}

const ORDERS: Readonly<Record<EntryOrder, string>> = {
  relevance: 'score DESC, e.path',
  path: 'e.path',
  size: 'e.size_bytes, e.path',
  '-size': 'e.size_bytes DESC, e.path',
};

/** The best matches; by path, of the entries at one path the best only, of equal ones the newest. */
function best(
  db: Database,
  request: Ranking & Pick<SearchRequest, 'isByPath'>,
  matches: Bitmap,
): SearchHit[] {
  const {limit, offset = 0, order = 'relevance', isByPath = false} = request;
  const scores = scoresOf(db, {...request, order}, matches);
  const {sql, values} = among(matches);
  const found = `SELECT ${SUMMARY_COLUMNS}, score_of(e.seq) AS score FROM entries e WHERE ${sql}`;
  const from = isByPath ? bestOfEachPath(found) : found;
  const sorted = `SELECT * FROM (${from}) e ORDER BY ${ORDERS[order]}, e.seq LIMIT ? OFFSET ?`;
  return db.withSet(matches, () => db.all(sorted, ...values, limit, offset).map(hitOf), {scores});
}

function bestOfEachPath(found: string): string {
  return `SELECT * FROM (
    SELECT *, count(*) OVER (PARTITION BY path) AS versions,
      row_number() OVER (PARTITION BY path ORDER BY score DESC, seq DESC) AS rank
    FROM (${found})
  ) WHERE rank = 1`;
}

function hitOf(row: Row): SearchHit {
  const versions = row['versions'];
  return {
    entry: summaryOf(row),
    score: Number(row['score']),
    ...(versions !== undefined && {versionCount: Number(versions)}),
  };
}

function tellContents(
  db: Database,
  hits: readonly SearchHit[],
  onContent: NonNullable<SearchRequest['onContent']>,
): void {
  for (const {entry} of hits) {
    const content = readContent(db, entry.seq);
    if (content !== undefined) onContent(entry, content);
  }
}

async function* scanContents(
  read: () => Database,
  {expression, snapshot}: ContentScan,
): AsyncGenerator<FoundContent[]> {
  const db = read();
  using matches = db.snapshot(() => matchExpression(db, expression, snapshot));
  let batch: FoundContent[] = [];
  let bytes = 0;
  for (const seq of matches) {
    const content = readContent(read(), seq);
    if (content === undefined) continue;
    batch.push({seq, content});
    bytes += content.length;
    if (bytes < SCAN_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

function countFacets(db: Database, matches: Bitmap): Facets {
  const {sql, values} = among(matches);
  const rows = db.withSet(matches, () =>
    db.all(
      `SELECT e.language, e.ext, rtrim(rtrim(e.path, replace(e.path, '/', '')), '/') AS directory, e.not_indexed, count(*) AS n
       FROM entries e WHERE ${sql} GROUP BY 1, 2, 3, 4`,
      ...values,
    ),
  );
  return {
    languages: facetOf(rows, 'language', 1000),
    extensions: facetOf(rows, 'ext', 1000).filter(({value}) => value !== ''),
    directories: facetOf(rows, 'directory', 10_000),
    notIndexed: facetOf(rows, 'not_indexed', 1000),
  };
}

function facetOf(rows: readonly Row[], column: string, valuesMax: number): Facet {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[column] as string | null;
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + Number(row['n']));
  }
  const sorted = [...counts].sort(
    ([a, n], [b, m]) => m - n || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return sorted.slice(0, valuesMax).map(([value, count]) => ({value, count}));
}
