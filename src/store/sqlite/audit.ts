import assert from 'node:assert/strict';
import {EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {CommitRecord} from '../../domain/commit.ts';
import {documentId} from '../../domain/document-id.ts';
import {type Entry, extensionOf} from '../../domain/entry.ts';
import type {FrontMatterField} from '../../domain/front-matter.ts';
import type {RefRecord} from '../../domain/ref.ts';
import type {AuditStore, StoredDocument, StoredSeries} from '../ports/audit.ts';
import {recordOf} from './commit-rows.ts';
import type {Connections} from './connections.ts';
import {noteDeletion} from './counters.ts';
import type {Database, Row, Value} from './database.ts';
import {deleteEntryRows, SUMMARY_COLUMNS, summaryOf} from './entry-rows.ts';
import {storedHeadings} from './name-rows.ts';
import {refOf} from './refs.ts';
import {areUsesRight, recountUses} from './texts/recount-uses.ts';
import {TextAudit} from './texts/text-audit.ts';

const PAGE = 1000;
/** Texts may take 2 MB each. */
const HEAVY_PAGE = 20;
/** Two bitmaps each: some MB where trees are large. */
const REFS_PAGE = 200;
/** The key of all numbers of uses together. */
const USES = 'uses';
const OTHERS = '(SELECT id FROM repositories WHERE id <> ?)';

export function makeAuditStore({read, write}: Connections): AuditStore {
  return {
    async *auditEntries(repo, wanted) {
      yield* auditEntries(read(), repo, wanted);
    },
    async *auditCommits(repo, wanted) {
      yield* auditCommits(read(), repo, wanted);
    },
    async *auditRefs(repo) {
      yield* auditRefs(read(), repo);
    },
    deleteDocuments: async (series, keys) => write((db) => deleteDocuments(db, series, keys)),
  };
}

function* auditEntries(
  db: Database,
  repo: string,
  {withContent, seqs}: {withContent: boolean; seqs?: Uint8Array | undefined},
): Generator<StoredDocument<Entry>[]> {
  const size = withContent ? HEAVY_PAGE : PAGE;
  const sql = `SELECT ${SUMMARY_COLUMNS}, e.id, e.repo, e.ext, e.front_matter, n.rowid AS names_seq, n.headings_digest
    FROM entries e LEFT JOIN names n ON n.rowid = e.seq
    WHERE e.seq > ? AND e.repo NOT IN ${OTHERS} ${seqs ? 'AND in_set(e.seq)' : ''} ORDER BY e.seq LIMIT ${size}`;
  const texts = new TextAudit(db, {withContent, isWhole: seqs === undefined});
  for (let after = -1; ; ) {
    const rows = db.within(seqs ?? EMPTY_BITMAP, () => db.all(sql, after, repo));
    if (rows.length > 0) yield rows.map((row) => judgeEntry(row, texts));
    if (rows.length < size) break;
    after = Number(rows.at(-1)!['seq']);
  }
  if (!seqs) yield* strayTexts(db, texts);
}

function judgeEntry(row: Row, texts: TextAudit): StoredDocument<Entry> {
  const id = row['id'] as string;
  const summary = summaryOf(row);
  const {seq} = summary;
  const found = {key: String(seq), id, seq};
  try {
    const frontMatter = JSON.parse((row['front_matter'] as string | null) ?? '[]') as FrontMatterField[];
    const isSearchable = summary.encoding !== undefined && summary.notIndexed === undefined;
    const {content, defect} = texts.audit(seq, isSearchable);
    const headings = storedHeadings({...summary, content}, row['headings_digest']!);
    const record = {...summary, id, repo: row['repo'] as string, content, headings, frontMatter};
    if (row['ext'] !== extensionOf(summary.path))
      return {...found, record, defect: 'its fields do not fit together'};
    if (defect !== undefined) return {...found, record, defect};
    return {...found, record, ...(row['names_seq'] === null && {defect: 'its names are missing'})};
  } catch {
    return {
      ...found,
      record: {...summary, id, repo: row['repo'] as string, frontMatter: []},
      defect: 'it cannot be read',
    };
  }
}

/** Texts and names whose entry is not there; and, where all else is right, what is wrong with the numbers of uses. */
function* strayTexts(db: Database, texts: TextAudit): Generator<StoredDocument<Entry>[]> {
  const rows = db.all(
    `SELECT seq FROM texts WHERE seq NOT IN (SELECT seq FROM entries)
     UNION SELECT id FROM names_docsize WHERE id NOT IN (SELECT seq FROM entries)`,
  );
  if (rows.length > 0)
    yield rows.map((row) => {
      const seq = Number(row['seq']);
      return {key: String(seq), id: '', seq, defect: 'a text without its entry'};
    });
  if (rows.length > 0 || texts.defects > 0 || areUsesRight(db)) return;
  yield [{key: USES, id: '', defect: 'parts of texts are counted wrong'}];
}

function* auditCommits(
  db: Database,
  repo: string,
  {oids}: {oids?: readonly string[] | undefined} = {},
): Generator<StoredDocument<CommitRecord>[]> {
  if (oids) {
    // One by one: what one commit says may take megabytes.
    for (const oid of oids) {
      const row = db.get('SELECT * FROM commits WHERE oid = ? AND repo = ?', oid, repo);
      if (row) yield [judgeCommit(row)];
    }
    return;
  }
  const crowded = seqsWithStrayPaths(db);
  const sql = `SELECT * FROM commits WHERE seq > ? AND repo NOT IN ${OTHERS} ORDER BY seq LIMIT ${PAGE}`;
  for (let after = -1; ; ) {
    const rows = db.page(sql, after, repo);
    if (rows.length === 0) break;
    yield rows.map((row) => judgeListed(db, row, crowded));
    after = Number(rows.at(-1)!['seq']);
  }
  if (crowded.size > 0) yield [...crowded].map(strayPaths);
}

/** Judges the row; removes its seq from `crowded` if it is there. */
function judgeListed(db: Database, row: Row, crowded: Set<number>): StoredDocument<CommitRecord> {
  const judged = judgeCommit(row);
  const isCrowded = crowded.delete(judged.seq!);
  return judged.record && (isCrowded || !hasAllPathsListed(db, row))
    ? {...judged, defect: 'the list of its paths is wrong'}
    : judged;
}

function judgeCommit(row: Row): StoredDocument<CommitRecord> {
  const seq = Number(row['seq']);
  const found = {key: String(seq), id: documentId(row['repo'] as string, row['oid'] as string), seq};
  try {
    const record = recordOf(row);
    assert(Array.isArray(record.paths));
    return {...found, record};
  } catch {
    return {...found, defect: 'it cannot be read'};
  }
}

/** In one statement: a commit may have changed very many. */
function hasAllPathsListed(db: Database, {paths, seq}: Row): boolean {
  const sql = `SELECT 1 FROM json_each(?) changed
    WHERE NOT EXISTS (SELECT 1 FROM commit_paths WHERE path = changed.value AND seq = ?) LIMIT 1`;
  return db.get(sql, paths!, seq!) === undefined;
}

/** Commits, there or not, for which more paths are listed than they changed. One walk over the list. */
function seqsWithStrayPaths(db: Database): Set<number> {
  const rows = db.all(
    `SELECT p.seq FROM (SELECT seq, count(*) AS listed FROM commit_paths GROUP BY seq) p
     LEFT JOIN commits c ON c.seq = p.seq
     WHERE c.seq IS NULL OR CASE WHEN json_valid(c.paths)
       THEN p.listed > (SELECT count(DISTINCT value) FROM json_each(c.paths)) ELSE 1 END`,
  );
  return new Set(rows.map(({seq}) => Number(seq)));
}

function strayPaths(seq: number): StoredDocument<CommitRecord> {
  return {key: String(seq), id: '', seq, defect: 'a list of paths without its commit'};
}

function* auditRefs(db: Database, repo: string): Generator<StoredDocument<RefRecord>[]> {
  // As bytes: a text that is damaged comes back as another one.
  const sql = `SELECT *, CAST(repo AS BLOB) AS repo_bytes, CAST(name AS BLOB) AS name_bytes FROM refs
    WHERE (repo, name) > (CAST(? AS TEXT), CAST(? AS TEXT)) AND repo NOT IN ${OTHERS} ORDER BY repo, name
    LIMIT ${REFS_PAGE}`;
  for (let after: Value[] = ['', '']; ; ) {
    const rows = db.page(sql, ...after, repo);
    if (rows.length === 0) return;
    yield rows.map(refOf).map((record) => ({
      key: JSON.stringify([record.repo, record.name]),
      id: documentId(record.repo, record.name),
      record,
    }));
    after = [rows.at(-1)!['repo_bytes']!, rows.at(-1)!['name_bytes']!];
  }
}

function deleteDocuments(db: Database, series: StoredSeries, keys: readonly string[]): void {
  db.transaction(() => {
    noteDeletion(db);
    if (series === 'entries') {
      deleteEntryRows(db, keys.filter((key) => key !== USES).map(Number));
      if (keys.includes(USES)) recountUses(db);
      return;
    }
    for (const key of keys) {
      if (series === 'commits') deleteCommitRow(db, Number(key));
      else db.run('DELETE FROM refs WHERE repo = ? AND name = ?', ...(JSON.parse(key) as [string, string]));
    }
  });
}

/** Not by the paths that it names: they may be wrong. */
function deleteCommitRow(db: Database, seq: number): void {
  db.run('DELETE FROM commit_paths WHERE seq = ?', seq);
  db.run('DELETE FROM commits WHERE seq = ?', seq);
}
