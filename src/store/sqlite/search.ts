import {pathPatternToRegExp} from '../../domain/path-pattern.ts';
import type {Clause, WordsClause} from '../../domain/query.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {SearchRequest, SearchResult} from '../index-store.ts';
import type {Database, Value} from './database.ts';
import {readContent, SUMMARY_COLUMNS, summaryOf} from './entries.ts';

/** A query in SQL: where to look, what must hold, and the values for both. */
interface SqlQuery {
  readonly from: string;
  readonly where: string;
  readonly score: string;
  readonly values: readonly Value[];
  readonly tests: readonly RegExp[];
}

/** Counts all matches, then ranks and reads the best: the count needs no scores. */
export function search(db: Database, {query, snapshot, limit}: SearchRequest): SearchResult {
  const {from, where, score, values, tests} = toSql(query.clauses);
  return db.within(snapshot, tests, (set) => {
    const bounds = set.bounds;
    if (!bounds) return {total: 0, hits: []};
    const total = Number(db.get(`SELECT count(*) AS n FROM ${from} WHERE ${where}`, ...values)!['n']);
    const rows = db.all(
      `SELECT ${SUMMARY_COLUMNS}, ${score} AS score FROM ${from} WHERE ${where} ORDER BY score DESC, e.path LIMIT ?`,
      ...values,
      limit,
    );
    const hits = rows.map((row) => {
      const entry = summaryOf(row);
      return {entry: {...entry, content: readContent(db, entry.seq)}, score: Number(row['score'])};
    });
    return {total, hits};
  });
}

function toSql(clauses: readonly Clause[]): SqlQuery {
  const wanted = clauses.filter((clause) => clause.type === 'words' && !clause.isNegated) as WordsClause[];
  const where: string[] = [];
  const values: Value[] = [];
  const tests: RegExp[] = [];
  if (wanted.length > 0) {
    where.push('words MATCH ?', 'in_set(words.rowid)');
    values.push(wanted.map(toFts).join(' AND '));
  } else {
    where.push('in_set(e.seq)');
  }
  for (const clause of clauses) {
    if (clause.type === 'words' && !clause.isNegated) continue;
    const [sql, value] = toCondition(clause, tests);
    where.push(clause.isNegated ? `NOT (${sql})` : sql);
    values.push(value);
  }
  const isRanked = wanted.length > 0;
  return {
    // CROSS JOIN keeps SQLite from walking the entries first.
    from: isRanked ? 'words CROSS JOIN entries e ON e.seq = words.rowid' : 'entries e',
    where: where.join(' AND '),
    score: isRanked ? '-bm25(words)' : '0',
    values,
    tests,
  };
}

function toCondition(clause: Clause, tests: RegExp[]): [sql: string, value: Value] {
  switch (clause.type) {
    case 'words':
      return ['e.seq IN (SELECT rowid FROM words WHERE words MATCH ?)', toFts(clause)];
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
