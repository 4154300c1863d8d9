import {Bitmap} from '../../domain/bitmap.ts';
import {nameOf} from '../../domain/entry.ts';
import {namePattern, pathTest} from '../../domain/path-pattern.ts';
import {
  type Clause,
  type Expression,
  type FilterClause,
  isTextClause,
  type WordsClause,
} from '../../domain/query/query.ts';
import type {EntryScope} from '../ports/entries.ts';
import {among} from './among.ts';
import type {Database, Value} from './database.ts';
import {matchNames} from './name-rows.ts';
import {matchTrigrams} from './texts/match-trigrams.ts';
import {matchWords} from './texts/match-words.ts';

/** The entries of the scope for which the expression holds. The caller disposes of the set. */
export function matchExpression(db: Database, expression: Expression, scope: EntryScope): Bitmap {
  using within = scope instanceof Uint8Array ? Bitmap.parse(scope) : entriesOf(db, scope.repo);
  using found = match(db, expression, within);
  return existing(db, found);
}

/** A set may name entries that are lost: they are no matches. */
function existing(db: Database, seqs: Bitmap): Bitmap {
  const {sql, values} = among(seqs);
  const rows = db.withSet(seqs, () => db.all(`SELECT e.seq FROM entries e WHERE ${sql}`, ...values));
  return Bitmap.of(rows.map(({seq}) => Number(seq)));
}

function entriesOf(db: Database, repo: string): Bitmap {
  return Bitmap.of(db.all('SELECT seq FROM entries WHERE repo = ?', repo).map(({seq}) => Number(seq)));
}

/** A new set: the members of `within` for which the expression holds. */
function match(db: Database, expression: Expression, within: Bitmap): Bitmap {
  switch (expression.type) {
    case 'all': {
      const found = within.clone();
      // The cheaper a part is, the earlier: those behind it look at fewer entries.
      const parts = [...expression.of].sort((a, b) => costOf(a) - costOf(b));
      for (const part of parts) {
        if (found.size === 0) break;
        using matches = match(db, part, found);
        found.retainAll(matches);
      }
      return found;
    }
    case 'any': {
      const found = Bitmap.of();
      for (const part of expression.of) {
        using matches = match(db, part, within);
        found.addAll(matches);
      }
      return found;
    }
    case 'not': {
      using matches = match(db, expression.of, within);
      const found = within.clone();
      found.removeAll(matches);
      return found;
    }
    default:
      return matchClause(db, expression, within);
  }
}

/** Sets that are there, then indexes, then walks over entries, then filters on paths and everything that is made of these. */
const ORDER: readonly Expression['type'][] = ['seqs', 'words', 'trigrams', 'ext', 'lang', 'kind', 'size'];

function costOf(part: Expression): number {
  const place = ORDER.indexOf(part.type);
  return place < 0 ? ORDER.length : place;
}

function matchClause(db: Database, clause: Clause, within: Bitmap): Bitmap {
  if (isTextClause(clause)) throw new TypeError(`${clause.type} is decided by reading texts`);
  if (clause.type === 'words') return matchWordsAnywhere(db, clause, within);
  if (clause.type === 'trigrams') return matchTrigrams(db, clause.wanted, within);
  if (clause.type === 'author' || clause.type === 'message')
    throw new TypeError(`${clause.type} is about commits`);
  if (clause.type !== 'seqs') return matchFilter(db, clause, within);
  const found = Bitmap.parse(clause.seqs);
  found.retainAll(within);
  return found;
}

/** In the text, or in the path, the title or a heading. */
function matchWordsAnywhere(db: Database, clause: WordsClause, within: Bitmap): Bitmap {
  using named = matchNames(db, clause);
  named.retainAll(within);
  const found = matchWords(db, clause, within);
  found.addAll(named);
  return found;
}

function matchFilter(db: Database, clause: FilterClause, within: Bitmap): Bitmap {
  const {sql, values, test} = toCondition(clause);
  const wanted = among(within);
  const rows = db.withSet(
    within,
    () => db.all(`SELECT e.seq FROM entries e WHERE ${wanted.sql} AND ${sql}`, ...wanted.values, ...values),
    {test},
  );
  return Bitmap.of(rows.map(({seq}) => Number(seq)));
}

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
  /** Answers for `fits(path)`. */
  readonly test?: ((path: string) => boolean) | undefined;
}

function toCondition(clause: FilterClause): Condition {
  switch (clause.type) {
    case 'path':
      return {sql: 'fits(e.path)', values: [], test: pathTest(clause.pattern)};
    case 'name': {
      const fits = pathTest(namePattern(clause.pattern));
      return {sql: 'fits(e.path)', values: [], test: (path) => fits(nameOf(path))};
    }
    case 'ext':
      return {sql: 'e.ext = ?', values: [clause.extension]};
    case 'lang':
      return {sql: 'e.language IS ?', values: [clause.language]};
    case 'kind':
      return {sql: 'e.kind = ?', values: [clause.kind]};
    case 'size':
      return {
        sql: 'e.size_bytes BETWEEN ? AND ?',
        values: [clause.min, clause.max ?? Number.MAX_SAFE_INTEGER],
      };
    case 'unsearchable':
      return {sql: 'e.not_indexed IS NOT NULL', values: []};
  }
}
