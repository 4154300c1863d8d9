import type {EntrySummary} from '../domain/entry.ts';
import {encodePath} from '../domain/path.ts';
import {TREE_MODE, type TreeEntry, treeEntries} from '../domain/tree.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Reader} from './open-reader.ts';
import {resolveRevision, type WantedRevision} from './resolve-revision.ts';

/** A line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'tree' | 'blob' | 'commit';
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
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
 * What lies in a directory at a revision: its own files and directories, or with `isRecursive` every file below it.
 * A path that is a file lists itself. Costs a walk over what lies below.
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
  return {...head, entries: listLines(reader, path, below)};
}

/** The lines of a directory in a snapshot, in Git's order; none where there is no such directory. */
export async function listSnapshot(
  reader: Reader,
  snapshot: Uint8Array,
  path: string,
): Promise<ListedEntry[]> {
  return listLines(reader, path, await listBelow(reader, snapshot, path));
}

async function listBelow({store}: Reader, snapshot: Uint8Array, path: string): Promise<EntrySummary[]> {
  return (await Array.fromAsync(store.scanEntries({snapshot, under: path}))).flat();
}

function listLines({repository}: Reader, path: string, below: readonly EntrySummary[]): ListedEntry[] {
  const files = new Map(below.map((entry) => [entry.path, entry]));
  return treeEntries(path, below, repository.objectFormat).map((line) => listLine(line, files));
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

function listLine(line: TreeEntry, files: ReadonlyMap<string, EntrySummary>): ListedEntry {
  if (line.mode !== TREE_MODE) return listFile(files.get(line.path)!);
  return {name: line.name, type: 'tree', path: line.path, mode: line.mode, oid: line.oid, sizeBytes: null};
}

function listFile({path, mode, oid, kind, sizeBytes}: EntrySummary): ListedEntry {
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
