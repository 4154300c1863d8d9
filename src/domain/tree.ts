import {hash} from 'node:crypto';
import {encodePath} from './path.ts';

/** An item of a directory: a file, or a directory below it. */
export interface TreeFile {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

export const TREE_MODE = '040000';

/** A line of a tree: 040000 for a directory. */
export interface TreeEntry extends TreeFile {
  readonly name: string;
}

/**
 * The lines of the tree at `directory` (empty: the root), in Git's order, computed from the files below it: a
 * directory's oid is the hash of its own lines, as Git computes it.
 *
 * All `files` must be below `directory`; their lines keep all members. A directory without files is omitted, as in
 * Git's own index.
 */
export function treeEntries<T extends TreeFile>(
  directory: string,
  files: Iterable<T>,
  objectFormat: 'sha1' | 'sha256',
): (TreeEntry | (T & TreeEntry))[] {
  const start = directory === '' ? 0 : directory.length + 1;
  const own: (TreeEntry | (T & TreeEntry))[] = [];
  const below = new Map<string, T[]>();
  for (const file of files) {
    const slash = file.path.indexOf('/', start);
    if (slash < 0) {
      own.push({...file, name: file.path.slice(start)});
      continue;
    }
    const path = file.path.slice(0, slash);
    const group = below.get(path);
    if (group) group.push(file);
    else below.set(path, [file]);
  }
  for (const [path, group] of below) {
    const oid = treeOid(treeEntries(path, group, objectFormat), objectFormat);
    own.push({path, name: path.slice(start), mode: TREE_MODE, oid});
  }
  return sortTree(own);
}

/** The oid of the tree with these lines, which are in Git's order. */
export function treeOid(entries: readonly TreeEntry[], objectFormat: 'sha1' | 'sha256'): string {
  const lines = entries.flatMap(({mode, name, oid}) => [
    Buffer.from(`${mode.replace(/^0/, '')} `),
    encodePath(name),
    Buffer.from([0]),
    Buffer.from(oid, 'hex'),
  ]);
  const body = Buffer.concat(lines);
  return hash(objectFormat, Buffer.concat([Buffer.from(`tree ${body.length}\0`), body]));
}

/** Git compares names as bytes, a directory's as if it ended in a slash. Source: Git, tree.c, base_name_compare. */
export function sortTree<T extends TreeEntry>(entries: readonly T[]): T[] {
  const keyed = entries.map((entry) => ({
    entry,
    key: encodePath(entry.mode === TREE_MODE ? `${entry.name}/` : entry.name),
  }));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({entry}) => entry);
}
