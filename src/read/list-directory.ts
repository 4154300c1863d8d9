import {Bitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {encodePath} from '../domain/path.ts';
import {TREE_MODE, type TreeEntry, treeEntries, treeOid} from '../domain/tree.ts';
import {byName} from '../util/by-name.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNotLost} from './assert-not-lost.ts';
import type {Reader} from './open-reader.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

/** One read. In a larger tree the oids of directories below the root are not known for certain. */
const PROOF_MAX_ENTRIES = 10_000;

/** A line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'tree' | 'blob' | 'commit';
  readonly path: string;
  readonly mode: string;
  /**
   * Of a directory null where it cannot be known: Git accepts trees (with empty directories, odd modes or an odd order)
   * whose oids do not follow from their files.
   */
  readonly oid: string | null;
  /** Null for a directory and a submodule. */
  readonly sizeBytes: number | null;
}

export interface Listing {
  readonly ref: string | null;
  readonly commit: string;
  readonly path: string;
  /** In Git's order, as `git ls-tree` lists them. */
  readonly entries: readonly ListedEntry[];
}

/**
 * Lists a directory at a revision: its own files and directories, or with `isRecursive` every file below it. The path of
 * a file lists that file. Costs a walk over all files below; over the whole tree if that has up to 10,000 files.
 * @throws UNKNOWN_REF, NOT_FOUND
 */
export async function listDirectory(
  reader: Reader,
  {path: given, ref, isRecursive}: {path: string; ref?: WantedRevision; isRecursive: boolean},
): Promise<Listing> {
  const {store} = reader;
  const path = trimPath(given);
  const {snapshot, ...revision} = await resolveRevision(reader, ref);
  const below = await listBelow(reader, snapshot, path);
  const head = {ref: revision.ref ?? null, commit: revision.commit, path};
  if (below.length === 0 && path !== '') {
    const file = await store.readEntry(snapshot, path);
    if (!file) throw notFound(path, revision.ref ?? revision.commit);
    return {...head, entries: [listFile(file)]};
  }
  if (isRecursive) return {...head, entries: sortByPath(below).map(listFile)};
  const isProven = await followsFromFiles(reader, {...revision, snapshot}, path === '' ? below : undefined);
  const lines = treeEntries(path, below, reader.repository.objectFormat);
  return {...head, entries: lines.map((line) => ('seq' in line ? listFile(line) : listTree(line, isProven)))};
}

/**
 * True if the oid of the commit's tree follows from its files: then so does that of every directory in it. `all` are its
 * files, if the caller has them; else they are read, and the result is false if there are many.
 */
async function followsFromFiles(
  reader: Reader,
  {commit, snapshot}: Pick<Revision, 'commit' | 'snapshot'>,
  all: readonly EntrySummary[] | undefined,
): Promise<boolean> {
  const {store, repository} = reader;
  using entries = Bitmap.parse(snapshot);
  if (!all && entries.size > PROOF_MAX_ENTRIES) return false;
  const files = all ?? (await listBelow(reader, snapshot, ''));
  const record = (await store.readCommits(repository.id, [commit])).get(commit);
  const root = treeOid(treeEntries('', files, repository.objectFormat), repository.objectFormat);
  return root === record?.tree;
}

/** A line of a listing that was made without the oids of directories. */
export type ListedChild = Omit<ListedEntry, 'oid'> & {readonly oid?: string};

/**
 * The lines of a directory in a snapshot, directories first, by name; none where there is no such directory. Without
 * the oids of directories, which cost more than all the rest.
 */
export async function listChildren(
  reader: Reader,
  snapshot: Uint8Array,
  path: string,
): Promise<ListedChild[]> {
  const start = path === '' ? 0 : path.length + 1;
  const files: ListedChild[] = [];
  const directories = new Set<string>();
  for (const entry of await listBelow(reader, snapshot, path)) {
    const slash = entry.path.indexOf('/', start);
    if (slash < 0) files.push(listFile(entry));
    else directories.add(entry.path.slice(start, slash));
  }
  const trees = Array.from(
    directories,
    (name): ListedChild => ({
      name,
      type: 'tree',
      path: path === '' ? name : `${path}/${name}`,
      mode: TREE_MODE,
      sizeBytes: null,
    }),
  );
  return [...trees.sort(byName), ...files.sort(byName)];
}

async function listBelow(reader: Reader, snapshot: Uint8Array, path: string): Promise<EntrySummary[]> {
  const entries = (await Array.fromAsync(reader.store.scanEntries({snapshot, under: path}))).flat();
  if (entries.length === 0) await assertNotLost(reader);
  return entries;
}

/** `docs/`, `/docs` and `./docs` are docs; the root is empty. */
export function trimPath(path: string): string {
  return path.replace(/^(?:\.?\/)+|^\.$|\/+$/g, '');
}

export function notFound(path: string, revision: string): CtrError {
  return new CtrError('NOT_FOUND', `there is no ${JSON.stringify(path)} in ${revision}`, {
    hint: '`ctr ls` lists what is there.',
    data: {path, revision},
  });
}

function listTree({name, path, mode, oid}: TreeEntry, isProven: boolean): ListedEntry {
  return {name, type: 'tree', path, mode, oid: isProven ? oid : null, sizeBytes: null};
}

function listFile({path, mode, oid, kind, sizeBytes}: EntrySummary): ListedEntry & {readonly oid: string} {
  const isSubmodule = kind === 'submodule';
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    type: isSubmodule ? 'commit' : 'blob',
    path,
    mode,
    oid,
    sizeBytes: isSubmodule ? null : sizeBytes,
  };
}

function sortByPath(entries: readonly EntrySummary[]): EntrySummary[] {
  const keyed = entries.map((entry) => ({entry, key: encodePath(entry.path)}));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({entry}) => entry);
}
