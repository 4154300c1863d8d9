import {formatSignatureTime, type Signature} from '../domain/commit.ts';
import {type ChangedFile, compareSnapshots} from './compare-snapshots.ts';
import {findCommit, readSnapshot} from './find-commit.ts';
import type {Reader} from './open-reader.ts';

/** The author or committer of a commit, and the date. */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 in the person's own offset. */
  readonly date: string;
}

/** A commit as Git has it, and what it changed. */
export interface CommitDetails {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly subject: string;
  readonly message: string;
  /** Paths that the commit changed against every parent. */
  readonly paths: readonly string[];
  /**
   * Its files against those of its first parent (of a root: against none), sorted by path. Undefined where the files
   * of one of the two are not indexed (`ctr.history = refs`), or where more than 50,000 entries differ.
   */
  readonly files: readonly ChangedFile[] | undefined;
}

/**
 * The commit with this oid or unique prefix of one.
 * @throws UNKNOWN_REF also where no ref reaches it
 */
export async function readCommit(reader: Reader, oid: string): Promise<CommitDetails> {
  const found = await findCommit(reader, oid);
  const {record} = found;
  const [paths, before, after] = await Promise.all([
    reader.store.readCommitPaths(record.repo, [record.oid]),
    readParentSnapshot(reader, record.parents[0]),
    readSnapshot(reader, found),
  ]);
  return {
    oid: record.oid,
    tree: record.tree,
    parents: record.parents,
    author: personOf(record.author),
    committer: personOf(record.committer),
    subject: record.subject,
    message: record.message,
    paths: paths.get(record.oid) ?? [],
    files: before && after && (await compareSnapshots(reader, before.snapshot, after)),
  };
}

function personOf(signature: Signature): Person {
  return {name: signature.name, email: signature.email, date: formatSignatureTime(signature)};
}

/** Undefined where the parent's files are not indexed. A root stands on nothing. */
async function readParentSnapshot(
  {store, repository, snapshots}: Reader,
  parent: string | undefined,
): Promise<{snapshot: Uint8Array | undefined} | undefined> {
  if (parent === undefined) return {snapshot: undefined};
  const record = (await store.readCommits(repository.id, [parent])).get(parent);
  const snapshot = record && (await snapshots.readSnapshot(record));
  return snapshot && {snapshot};
}
