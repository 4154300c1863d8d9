import {setImmediate} from 'node:timers/promises';
import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {CommitNode, CommitRecord, ListedCommit} from '../../domain/commit.ts';
import {commitTest} from '../../domain/commit-match.ts';
import {wantedSignal} from '../../util/wanted.ts';
import type {CommitFilter, CommitStore, StoredCommitFilter} from '../ports/commits.ts';
import {
  deleteCommit,
  factsOf,
  headOf,
  NODE_COLUMNS,
  nodeOf,
  pathsOf,
  type StoredHead,
} from './commit-rows.ts';
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
    listCommits: (filter) => listCommits(read, filter),
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

/** The place of a commit in a listing. */
type Place = Pick<CommitRecord, 'order' | 'seq'>;

/** Pages by (order, seq), so that no statement stays open between two pages; each may be of a newer generation. */
async function* listCommits(read: () => Database, filter: CommitFilter): AsyncGenerator<ListedCommit[]> {
  const isWanted = commitTest(filter);
  let last: Place | undefined = filter.after;
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const db = read();
    const places = readPlaces(db, filter, last, isWanted ? PAGE : Math.min(PAGE, left));
    if (places.length === 0) return;
    const wanted = isWanted ? places.filter(({seq}) => isWanted(readHead(db, seq))) : places;
    const page = readListed(db, wanted.slice(0, left), filter.pathsMax);
    if (page.length > 0) yield page;
    left -= page.length;
    last = page.length < wanted.length ? page.at(-1) : places.at(-1);
    // Many pages may have no commit that matches; the process must see that the answer is no longer wanted.
    if (isWanted) await setImmediate(undefined, {signal: wantedSignal()});
  }
}

/** The next places of a listing. Only numbers: what is sorted is then small, also for commits that change many paths. */
function readPlaces(db: Database, filter: CommitFilter, last: Place | undefined, limit: number): Place[] {
  const conditions: [string, ...Value[]][] = [];
  if (last) conditions.push(['(sort_order, seq) < (?, ?)', last.order, last.seq]);
  // A commit's order is never before the committer's time.
  if (filter.sinceSeconds !== undefined) conditions.push(['sort_order >= ?', filter.sinceSeconds]);
  if (filter.path) {
    const {path} = filter;
    const changed = 'seq IN (SELECT seq FROM commit_paths WHERE path = ? OR (path > ? AND path < ?))';
    conditions.push([changed, path, `${path}/`, `${path}0`]);
  }
  const where = [...conditions.map(([sql]) => sql), 'in_set(seq)'].join(' AND ');
  const values = conditions.flatMap(([, ...given]) => given);
  const sql = `SELECT seq, sort_order FROM commits WHERE ${where} ORDER BY sort_order DESC, seq DESC LIMIT ?`;
  const rows = db.within(filter.history, () => db.all(sql, ...values, limit));
  return rows.map((row) => ({seq: Number(row['seq']), order: Number(row['sort_order'])}));
}

function readHead(db: Database, seq: number): StoredHead {
  return headOf(db.get('SELECT head FROM commits WHERE seq = ?', seq)!);
}

/** These commits in their order, or only the first ones if their paths exceed the limit. */
function readListed(db: Database, places: readonly Place[], pathsMax: number | undefined): ListedCommit[] {
  const paths =
    pathsMax === undefined
      ? 'paths'
      : '(SELECT json_group_array(value) FROM (SELECT value FROM json_each(paths) LIMIT ?)) AS paths';
  const sql = `SELECT seq, repo, oid, sort_order, head, json_array_length(paths) AS paths_total, ${paths} FROM commits WHERE seq = ?`;
  const values = pathsMax === undefined ? [] : [pathsMax];
  const commits: ListedCommit[] = [];
  let bytes = 0;
  for (const {seq} of places) {
    const row = db.get(sql, ...values, seq)!;
    commits.push({...factsOf(row), paths: pathsOf(row), pathsTotal: Number(row['paths_total'])});
    bytes += String(row['head']).length + String(row['paths']).length;
    if (bytes >= LISTED_MAX_CHARS) break;
  }
  return commits;
}
