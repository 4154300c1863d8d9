import type {Facet, Facets} from '../../domain/facets.ts';
import {pathPatternToRegExp} from '../../domain/path-pattern.ts';
import type {Clause, WordsClause} from '../../domain/query.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {SearchHit, SearchPort, SearchRequest, SearchResult} from '../ports/search.ts';
import type {Connections} from './connections.ts';
import type {Database, Row, Value} from './database.ts';
import {readContent, SUMMARY_COLUMNS, summaryOf} from './entry-rows.ts';

/** A query in SQL: where to look, what must hold, and the values for both. */
interface SqlQuery {
  readonly from: string;
  /** The column of `from` that is there first. */
  readonly seq: string;
  readonly where: string;
  readonly score: string;
  readonly values: readonly Value[];
  readonly tests: readonly RegExp[];
}

export function makeSearch({read}: Connections): SearchPort {
  return {search: async (request) => search(read(), request)};
}

/** Counts all matches, then ranks and reads the best: the count needs no scores. */
function search(
  db: Database,
  {query, snapshot, limit, hasFacets = false, isByPath = false, onContent}: SearchRequest,
): SearchResult {
  const {from, seq, where: matches, score, values: matched, tests} = toSql(query.clauses);
  return db.withinScope(snapshot, tests, (scope) => {
    const [inScope, ...scopeValues] = scope.condition(seq);
    const where = `${inScope} AND ${matches}`;
    const values = [...scopeValues, ...matched];
    const {total, facets} = countMatches(db, {from, where, values, hasFacets});
    const found = `SELECT ${SUMMARY_COLUMNS}, ${score} AS score FROM ${from} WHERE ${where}`;
    const rows = db.all(
      isByPath ? bestByPath(found) : `${found} ORDER BY score DESC, e.path LIMIT ?`,
      ...values,
      limit,
    );
    const hits = rows.map(hitOf);
    if (onContent) tellContents(db, hits, onContent);
    return {total, hits, ...(facets && {facets})};
  });
}

/** FTS5 gives no score where rows are grouped, so they are found before. */
function bestByPath(found: string): string {
  return `WITH found AS MATERIALIZED (${found})
    SELECT * FROM (
      SELECT *, count(*) OVER (PARTITION BY path) AS versions,
        row_number() OVER (PARTITION BY path ORDER BY score DESC, seq DESC) AS rank
      FROM found
    ) WHERE rank = 1 ORDER BY score DESC, path LIMIT ?`;
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

type Matches = Pick<SqlQuery, 'from' | 'where' | 'values'>;

function countMatches(
  db: Database,
  {from, where, values, hasFacets}: Matches & {readonly hasFacets: boolean},
): {total: number; facets?: Facets} {
  if (!hasFacets)
    return {total: Number(db.get(`SELECT count(*) AS n FROM ${from} WHERE ${where}`, ...values)!['n'])};
  const rows = db.all(
    `SELECT e.language, e.ext, rtrim(rtrim(e.path, replace(e.path, '/', '')), '/') AS directory, e.not_indexed, count(*) AS n
     FROM ${from} WHERE ${where} GROUP BY 1, 2, 3, 4`,
    ...values,
  );
  const facets = {
    languages: facetOf(rows, 'language', 1000),
    extensions: facetOf(rows, 'ext', 1000).filter(({value}) => value !== ''),
    directories: facetOf(rows, 'directory', 10_000),
    notIndexed: facetOf(rows, 'not_indexed', 1000),
  };
  return {total: rows.reduce((sum, row) => sum + Number(row['n']), 0), facets};
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

function toSql(clauses: readonly Clause[]): SqlQuery {
  const words = clauses.filter((clause) => clause.type === 'words');
  const wanted = words.filter(({isNegated}) => !isNegated);
  const unwanted = words.filter(({isNegated}) => isNegated);
  const where: string[] = [];
  const values: Value[] = [];
  const tests: RegExp[] = [];
  if (wanted.length > 0) {
    where.push('words MATCH ?');
    values.push(wanted.map(toFts).join(' AND '));
  }
  if (unwanted.length > 0) {
    // One walk for all: each would make a list of its own.
    where.push('e.seq NOT IN (SELECT rowid FROM words WHERE words MATCH ?)');
    values.push(unwanted.map(toFts).join(' OR '));
  }
  for (const clause of clauses) {
    if (clause.type === 'words') continue;
    const [sql, value] = toCondition(clause, tests);
    where.push(clause.isNegated ? `NOT (${sql})` : sql);
    values.push(value);
  }
  const isRanked = wanted.length > 0;
  return {
    // CROSS JOIN keeps SQLite from walking the entries first.
    from: isRanked ? 'words CROSS JOIN entries e ON e.seq = words.rowid' : 'entries e',
    seq: isRanked ? 'words.rowid' : 'e.seq',
    where: where.join(' AND ') || '1',
    score: isRanked ? '-bm25(words)' : '0',
    values,
    tests,
  };
}

function toCondition(clause: Exclude<Clause, WordsClause>, tests: RegExp[]): [sql: string, value: Value] {
  switch (clause.type) {
    case 'path':
      return ['fits(?, e.path)', tests.push(pathPatternToRegExp(clause.pattern)) - 1];
    case 'ext':
      return ['e.ext = ?', clause.extension];
    case 'lang':
      return ['e.language IS ?', clause.language];
    case 'kind':
      return ['e.kind = ?', clause.kind];
  }
}

/** The words in a row in the text, or their parts in a row, there or in the split lines. Words hold letters and digits only. */
function toFts({text, isPrefix}: WordsClause): string {
  const star = isPrefix ? ' *' : '';
  return `({text} : "${wordsOf(text).join(' ')}"${star} OR {text parts} : "${partsOf(text).join(' ')}"${star})`;
}
