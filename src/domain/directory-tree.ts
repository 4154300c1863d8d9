import {sortTree, TREE_MODE, type TreeEntry, type TreeFile, treeOid} from './tree.ts';

interface Directory {
  /** Keyed by name, mode and oid: a hostile tree may have a name twice. */
  readonly files: Map<string, TreeEntry>;
  readonly directories: Map<string, Directory>;
  /** Undefined after a change in or below this directory. */
  oid: string | undefined;
}

/**
 * A tree of files that can be added and deleted, and its oid as Git computes it. The cost of a change depends on the
 * directories above it, not on the size of the tree.
 */
export class DirectoryTree {
  readonly #objectFormat: 'sha1' | 'sha256';
  readonly #root = emptyDirectory();

  constructor(objectFormat: 'sha1' | 'sha256') {
    this.#objectFormat = objectFormat;
  }

  add(file: TreeFile): void {
    let directory = this.#root;
    directory.oid = undefined;
    const names = file.path.split('/');
    const name = names.pop()!;
    for (const part of names) {
      let next = directory.directories.get(part);
      if (!next) directory.directories.set(part, (next = emptyDirectory()));
      next.oid = undefined;
      directory = next;
    }
    directory.files.set(fileKey(name, file), {...file, name});
  }

  /** Does nothing if the file is missing. A directory is deleted with its last file, as in Git's index. */
  delete(file: TreeFile): void {
    const names = file.path.split('/');
    const name = names.pop()!;
    const above: Directory[] = [this.#root];
    for (const part of names) {
      const next = above.at(-1)!.directories.get(part);
      if (!next) return;
      above.push(next);
    }
    above.at(-1)!.files.delete(fileKey(name, file));
    for (const [depth, directory] of [...above.entries()].reverse()) {
      directory.oid = undefined;
      const isEmpty = directory.files.size === 0 && directory.directories.size === 0;
      if (depth > 0 && isEmpty) above[depth - 1]!.directories.delete(names[depth - 1]!);
    }
  }

  /** The root tree's oid. */
  oid(): string {
    return this.#oidOf(this.#root);
  }

  #oidOf(directory: Directory): string {
    if (directory.oid !== undefined) return directory.oid;
    const entries = [...directory.files.values()];
    for (const [name, inner] of directory.directories) {
      entries.push({path: name, name, mode: TREE_MODE, oid: this.#oidOf(inner)});
    }
    directory.oid = treeOid(sortTree(entries), this.#objectFormat);
    return directory.oid;
  }
}

function emptyDirectory(): Directory {
  return {files: new Map(), directories: new Map(), oid: undefined};
}

function fileKey(name: string, {mode, oid}: TreeFile): string {
  return `${name}\0${mode}${oid}`;
}
