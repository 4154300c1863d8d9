import type {CommitNode, CommitRecord, CommitSummary} from '../../domain/commit.ts';
import {seqTaken} from '../index-errors.ts';
import {noteDeletion} from './counters.ts';
import type {Database, Row} from './database.ts';
import {parseStored} from './stored-json.ts';

/** The columns that `nodeOf` needs. */
export const NODE_COLUMNS =
  'seq, repo, oid, sort_order, head, snapshot_base, snapshot_added, snapshot_removed, snapshot_spent, history';

/** The JSON in a commit's `head` column. */
export type StoredHead = Pick<
  CommitRecord,
  'tree' | 'parents' | 'author' | 'committer' | 'subject' | 'message'
>;

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

/** False where the oid is there already. */
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

function assertSameSeq(db: Database, {repo, oid, seq}: CommitRecord): void {
  const stored = db.get('SELECT seq FROM commits WHERE oid = ? AND repo = ?', oid, repo);
  if (Number(stored?.['seq']) === seq) return;
  throw seqTaken('commits', {oid});
}

/** Returns whether it was there. */
export function deleteCommit(db: Database, repo: string, seq: number): boolean {
  const row = db.get('SELECT paths FROM commits WHERE seq = ? AND repo = ?', seq, repo);
  if (!row) return false;
  for (const path of pathsOf(row)) db.run('DELETE FROM commit_paths WHERE path = ? AND seq = ?', path, seq);
  db.run('DELETE FROM commits WHERE seq = ?', seq);
  noteDeletion(db);
  return true;
}

/** The commit of a whole row. */
export function recordOf(row: Row): CommitRecord {
  return {...nodeOf(row), paths: pathsOf(row)};
}

export function nodeOf(row: Row): CommitNode {
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

/** Everything except paths and bitmaps. */
export function factsOf(row: Row): Omit<CommitSummary, 'paths'> {
  return {
    ...headOf(row),
    repo: row['repo'] as string,
    seq: Number(row['seq']),
    oid: row['oid'] as string,
    order: Number(row['sort_order']),
  };
}

export function headOf(row: Row): StoredHead {
  return parseStored<StoredHead>(row['head']);
}

export function pathsOf(row: Row): string[] {
  return parseStored<string[]>(row['paths']);
}
