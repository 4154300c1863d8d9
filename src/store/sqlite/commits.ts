import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {CommitNode, ListedCommit} from '../../domain/commit.ts';
import type {CommitFilter, CommitStore, StoredCommitFilter} from '../ports/commits.ts';
import {deleteCommit, factsOf, headOf, NODE_COLUMNS, nodeOf, pathsOf} from './commit-rows.ts';
import type {Connections} from './connections.ts';
import type {Database, Row, Value} from './database.ts';

const PAGE = 1000;
/** Of the commits of a page. */
const LISTED_MAX_CHARS = 8_000_000;

export function makeCommitStore({read, write, putBatch}: Connections): CommitStore {
  /** The commits that exist, each as `parse` makes it of these columns. */
  function readEach<T>(
    {repo, oids, columns}: {repo: string; oids: readonly string[]; columns: string},
    parse: (row: Row, oid: string) => T,
  ): Map<string, T> {
    const db = read();
    const found = new Map<string, T>();
    for (const oid of oids) {
      const row = db.get(`SELECT ${columns} FROM commits WHERE oid = ? AND repo = ?`, oid, repo);
      if (row) found.set(oid, parse(row, oid));
    }
    return found;
  }
  const readSeqs = (repo: string, oids: readonly string[]) =>
    readEach({repo, oids, columns: 'seq'}, (row) => Number(row['seq']));

  return {
    readCommits: async (repo, oids) => readEach({repo, oids, columns: NODE_COLUMNS}, nodeOf),
    readCommitPaths: async (repo, oids) => readEach({repo, oids, columns: 'paths'}, pathsOf),
    readCommitHeads: async (repo, oids) =>
      readEach({repo, oids, columns: 'head'}, (row, oid) => {
        const {author, committer, subject} = headOf(row);
        return {oid, author, committer, subject};
      }),
    readCommitTimes: async (repo, oids) =>
      readEach({repo, oids, columns: `json_extract(head, '$.committer.timeSeconds') AS time`}, (row) =>
        Number(row['time']),
      ),
    readKnownCommits: async (repo, oids) => new Set(readSeqs(repo, oids).keys()),
    readCommitSeqs: async (repo, oids) => readSeqs(repo, oids),
    async findCommits(repo, prefix, limit) {
      const rows = read().all(
        'SELECT oid FROM commits WHERE oid >= ? AND oid < ? AND repo = ? ORDER BY oid LIMIT ?',
        prefix,
        `${prefix}g`,
        repo,
        limit,
      );
      return rows.map((row) => row['oid'] as string);
    },
    // Pages by (order, seq), so that no statement stays open between two pages; each may be of a newer generation.
    async *listCommits(filter) {
      let last = filter.after;
      let left = filter.limit ?? Number.POSITIVE_INFINITY;
      while (left > 0) {
        const page = readListedPage(read(), filter, last, Math.min(PAGE, left));
        if (page.length === 0) return;
        yield page;
        left -= page.length;
        last = page.at(-1);
      }
    },
    async *scanCommits(repo, filter) {
      yield* scanCommits(read, repo, filter);
    },
    putCommits: async (commits) => putBatch({commits, isReplacing: false}),
    replaceCommits: async (commits) => putBatch({commits, isReplacing: true}),
    deleteCommits: async (repo, seqs) =>
      write((db) => {
        using wanted = Bitmap.parse(seqs);
        return db.transaction(() => [...wanted].filter((seq) => deleteCommit(db, repo, seq)).length);
      }),
  };
}

/** Pages by seq, so that no statement stays open between two pages; each may be of a newer generation. */
function* scanCommits(
  read: () => Database,
  repo: string,
  {seqs, paths, isRoot}: StoredCommitFilter,
): Generator<CommitNode[]> {
  const changed = paths
    ? 'AND seq IN (SELECT seq FROM commit_paths WHERE path IN (SELECT value FROM json_each(?)))'
    : '';
  // Finds others as well, which are taken out below: a message may say it, too.
  const root = isRoot ? `AND instr(head, '"parents":[]') > 0` : '';
  const sql = `SELECT ${NODE_COLUMNS} FROM commits WHERE seq > ? AND repo = ? ${changed} ${root} ${seqs ? 'AND in_set(seq)' : ''} ORDER BY seq LIMIT ${PAGE}`;
  const values = paths ? [JSON.stringify(paths)] : [];
  for (let after = -1; ; ) {
    const db = read();
    const rows = db.within(seqs ?? EMPTY_BITMAP, () => db.page(sql, after, repo, ...values));
    if (rows.length === 0) return;
    const commits = rows.map(nodeOf);
    yield isRoot ? commits.filter(({parents}) => parents.length === 0) : commits;
    after = Number(rows.at(-1)!['seq']);
  }
}

function readListedPage(
  db: Database,
  filter: CommitFilter,
  last: CommitFilter['after'],
  limit: number,
): ListedCommit[] {
  const below: [string, ...Value[]] = last ? ['(sort_order, seq) < (?, ?)', last.order, last.seq] : ['1'];
  const changed: [string, ...Value[]] = filter.path
    ? [
        'seq IN (SELECT seq FROM commit_paths WHERE path = ? OR (path > ? AND path < ?))',
        filter.path,
        `${filter.path}/`,
        `${filter.path}0`,
      ]
    : ['1'];
  // Numbers first: what is read to be sorted is then small, also for commits that change many paths.
  const seqs = db.within(filter.history, () =>
    db.all(
      `SELECT seq FROM commits WHERE ${below[0]} AND ${changed[0]} AND in_set(seq) ORDER BY sort_order DESC, seq DESC LIMIT ?`,
      ...(below.slice(1) as Value[]),
      ...(changed.slice(1) as Value[]),
      limit,
    ),
  );
  return readListed(
    db,
    seqs.map(({seq}) => Number(seq)),
    filter.pathsMax,
  );
}

/** These commits in their order, or only the first ones if their paths exceed the limit. */
function readListed(db: Database, seqs: readonly number[], pathsMax: number | undefined): ListedCommit[] {
  const paths =
    pathsMax === undefined
      ? 'paths'
      : '(SELECT json_group_array(value) FROM (SELECT value FROM json_each(paths) LIMIT ?)) AS paths';
  const sql = `SELECT seq, repo, oid, sort_order, head, json_array_length(paths) AS paths_total, ${paths} FROM commits WHERE seq = ?`;
  const values = pathsMax === undefined ? [] : [pathsMax];
  const commits: ListedCommit[] = [];
  let bytes = 0;
  for (const seq of seqs) {
    const row = db.get(sql, ...values, seq)!;
    commits.push({...factsOf(row), paths: pathsOf(row), pathsTotal: Number(row['paths_total'])});
    bytes += String(row['head']).length + String(row['paths']).length;
    if (bytes >= LISTED_MAX_CHARS) break;
  }
  return commits;
}
