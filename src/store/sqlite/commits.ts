import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {CommitHead, CommitNode, CommitRecord, ListedCommit} from '../../domain/commit.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {CommitFilter, StoredCommitFilter} from '../ports/commits.ts';
import type {Database, Row, Value} from './database.ts';
import {parseStored} from './stored-json.ts';

const PAGE = 1000;
const NODE_COLUMNS =
  'seq, repo, oid, sort_order, head, snapshot_base, snapshot_added, snapshot_removed, snapshot_spent, history';
/** Of the commits of a page. */
const LISTED_MAX_CHARS = 8_000_000;

/** What a commit's `head` column holds as JSON. */
type StoredHead = Pick<CommitRecord, 'tree' | 'parents' | 'author' | 'committer' | 'subject' | 'message'>;

export function putCommits(
  db: Database,
  commits: readonly CommitRecord[],
  {isReplacing}: {isReplacing: boolean},
): void {
  for (const commit of commits) {
    if (isReplacing) deleteCommit(db, commit.repo, commit.seq);
    if (insertCommit(db, commit)) insertPaths(db, commit);
    else assertSameSeq(db, commit);
  }
}

function insertCommit(db: Database, commit: CommitRecord): boolean {
  const {tree, parents, author, committer, subject, message, snapshot} = commit;
  const head: StoredHead = {tree, parents, author, committer, subject, message};
  const changes = db.run(
    'INSERT INTO commits VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (oid, repo) DO NOTHING',
    commit.seq,
    commit.repo,
    commit.oid,
    commit.order,
    JSON.stringify(head),
    JSON.stringify(commit.paths),
    snapshot?.base ?? null,
    snapshot?.added ?? null,
    snapshot?.removed ?? null,
    snapshot?.spentBytes ?? null,
    commit.history,
  );
  return changes > 0;
}

function insertPaths(db: Database, {paths, seq}: CommitRecord): void {
  for (const path of paths) db.run('INSERT OR IGNORE INTO commit_paths VALUES (?, ?)', path, seq);
}

export function deleteCommits(db: Database, repo: string, seqs: Uint8Array): number {
  using wanted = Bitmap.parse(seqs);
  return db.transaction(() => [...wanted].filter((seq) => deleteCommit(db, repo, seq)).length);
}

/** Whether it was there. */
function deleteCommit(db: Database, repo: string, seq: number): boolean {
  const row = db.get('SELECT paths FROM commits WHERE seq = ? AND repo = ?', seq, repo);
  if (!row) return false;
  for (const path of parseStored<string[]>(row['paths'])) {
    db.run('DELETE FROM commit_paths WHERE path = ? AND seq = ?', path, seq);
  }
  db.run('DELETE FROM commits WHERE seq = ?', seq);
  return true;
}

/** Pages by seq, so that no statement stays open between two pages; each may be of a newer generation. */
export function* scanCommits(
  read: () => Database,
  repo: string,
  {seqs, paths, isRoot}: StoredCommitFilter,
): Generator<CommitNode[]> {
  const changed = paths
    ? 'AND seq IN (SELECT seq FROM commit_paths WHERE path IN (SELECT value FROM json_each(?)))'
    : '';
  // Of what this finds of other commits, below, nothing is left: a message may say it, too.
  const root = isRoot ? `AND instr(head, '"parents":[]') > 0` : '';
  const sql = `SELECT ${NODE_COLUMNS} FROM commits WHERE seq > ? AND repo = ? ${changed} ${root} ${seqs ? 'AND in_set(seq)' : ''} ORDER BY seq LIMIT ${PAGE}`;
  const values = paths ? [JSON.stringify(paths)] : [];
  for (let after = -1; ; ) {
    const db = read();
    const rows = db.within(seqs ?? EMPTY_BITMAP, [], () => db.page(sql, after, repo, ...values));
    if (rows.length === 0) return;
    const commits = rows.map(nodeOf);
    yield isRoot ? commits.filter(({parents}) => parents.length === 0) : commits;
    after = Number(rows.at(-1)!['seq']);
  }
}

function assertSameSeq(db: Database, {repo, oid, seq}: CommitRecord): void {
  const stored = db.get('SELECT seq FROM commits WHERE oid = ? AND repo = ?', oid, repo);
  if (Number(stored?.['seq']) === seq) return;
  throw new CtrError('CONFLICT', 'another sync wrote the same commits at the same time', {
    hint: 'Run `ctr sync` again.',
    data: {oid},
  });
}

export function readCommits(db: Database, repo: string, oids: readonly string[]): Map<string, CommitNode> {
  const commits = new Map<string, CommitNode>();
  for (const oid of oids) {
    const row = db.get(`SELECT ${NODE_COLUMNS} FROM commits WHERE oid = ? AND repo = ?`, oid, repo);
    if (row) commits.set(oid, nodeOf(row));
  }
  return commits;
}

export function readCommitPaths(db: Database, repo: string, oids: readonly string[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const oid of oids) {
    const row = db.get('SELECT paths FROM commits WHERE oid = ? AND repo = ?', oid, repo);
    if (row) paths.set(oid, pathsOf(row));
  }
  return paths;
}

export function readCommitHeads(
  db: Database,
  repo: string,
  oids: readonly string[],
): Map<string, CommitHead> {
  const heads = new Map<string, CommitHead>();
  for (const oid of oids) {
    const row = db.get('SELECT head FROM commits WHERE oid = ? AND repo = ?', oid, repo);
    if (!row) continue;
    const {author, committer, subject} = parseStored<StoredHead>(row['head']);
    heads.set(oid, {oid, author, committer, subject});
  }
  return heads;
}

export function readCommitTimes(db: Database, repo: string, oids: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const oid of oids) {
    const row = db.get(
      `SELECT json_extract(head, '$.committer.timeSeconds') AS time FROM commits WHERE oid = ? AND repo = ?`,
      oid,
      repo,
    );
    if (row) times.set(oid, Number(row['time']));
  }
  return times;
}

export function readKnownCommits(db: Database, repo: string, oids: readonly string[]): Set<string> {
  return new Set(oids.filter((oid) => db.get('SELECT 1 FROM commits WHERE oid = ? AND repo = ?', oid, repo)));
}

export function readCommitSeqs(db: Database, repo: string, oids: readonly string[]): Map<string, number> {
  const seqs = new Map<string, number>();
  for (const oid of oids) {
    const row = db.get('SELECT seq FROM commits WHERE oid = ? AND repo = ?', oid, repo);
    if (row) seqs.set(oid, Number(row['seq']));
  }
  return seqs;
}

export function findCommits(db: Database, repo: string, prefix: string, limit: number): string[] {
  const rows = db.all(
    'SELECT oid FROM commits WHERE oid >= ? AND oid < ? AND repo = ? ORDER BY oid LIMIT ?',
    prefix,
    `${prefix}g`,
    repo,
    limit,
  );
  return rows.map((row) => row['oid'] as string);
}

/** Pages by (order, seq), so that no statement stays open between two pages. */
export function* listCommits(read: () => Database, filter: CommitFilter): Generator<ListedCommit[]> {
  let last = filter.after;
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const page = listPage(read(), filter, last, Math.min(PAGE, left));
    if (page.length === 0) return;
    yield page;
    left -= page.length;
    last = page.at(-1);
  }
}

function listPage(
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
  const seqs = db.within(filter.history, [], () =>
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

/** Those commits in their order, or the first of them that hold enough together. */
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

function factsOf(row: Row): Omit<CommitNode, 'snapshot' | 'history'> {
  return {
    ...parseStored<StoredHead>(row['head']),
    repo: row['repo'] as string,
    seq: Number(row['seq']),
    oid: row['oid'] as string,
    order: Number(row['sort_order']),
  };
}

function pathsOf(row: Row): string[] {
  return parseStored<string[]>(row['paths']);
}

export function recordOf(row: Row): CommitRecord {
  return {...nodeOf(row), paths: pathsOf(row)};
}

function nodeOf(row: Row): CommitNode {
  const added = row['snapshot_added'] as Uint8Array | null;
  return {
    ...factsOf(row),
    history: row['history'] as Uint8Array,
    snapshot: added
      ? {
          base: (row['snapshot_base'] as string | null) ?? undefined,
          added,
          removed: row['snapshot_removed'] as Uint8Array,
          spentBytes: Number(row['snapshot_spent']),
        }
      : undefined,
  };
}
