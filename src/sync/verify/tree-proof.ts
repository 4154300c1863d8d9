import {Bitmap, without} from '../../domain/bitmap.ts';
import {DirectoryTree} from '../../domain/directory-tree.ts';
import type {TreeFile} from '../../domain/tree.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';

const QUEUE_COMMITS = 200;
const QUEUE_SEQS = 50_000;
/** Of all steps together: some may come and go again and again. */
const QUEUE_CHANGES = 1_000_000;

interface Step {
  readonly commit: string;
  readonly tree: string;
  readonly added: Uint32Array;
  readonly removed: Uint32Array;
}

/**
 * Rebuilds trees from the index alone, each from the one before: only entries in which they differ are read, some
 * hundred trees at once, and only directories that changed are hashed.
 */
export class TreeProof implements Disposable {
  readonly #store: IndexStore;
  readonly #onWrong: (commit: string, tree: string, rebuilt: string) => Promise<void>;
  readonly #tree: DirectoryTree;
  #last = Bitmap.of();
  #queue: Step[] = [];
  #seqs = Bitmap.of();
  #changeCount = 0;
  count = 0;

  constructor(
    {store, objectFormat}: {store: IndexStore; objectFormat: 'sha1' | 'sha256'},
    onWrong: (commit: string, tree: string, rebuilt: string) => Promise<void>,
  ) {
    this.#store = store;
    this.#onWrong = onWrong;
    this.#tree = new DirectoryTree(objectFormat);
  }

  /** The entries with these numbers must make up the tree. */
  async add({commit, tree, snapshot}: {commit: string; tree: string; snapshot: Bitmap}): Promise<void> {
    using added = without(snapshot, this.#last);
    using removed = without(this.#last, snapshot);
    this.#queue.push({commit, tree, added: added.toArray(), removed: removed.toArray()});
    this.#changeCount += added.size + removed.size;
    this.#seqs.addAll(added);
    this.#seqs.addAll(removed);
    this.#last[Symbol.dispose]();
    this.#last = snapshot.clone();
    const isFull =
      this.#queue.length >= QUEUE_COMMITS ||
      this.#seqs.size >= QUEUE_SEQS ||
      this.#changeCount >= QUEUE_CHANGES;
    if (isFull) await this.flush();
  }

  async flush(): Promise<void> {
    const files = await this.#readFiles();
    const queue = this.#queue;
    this.#queue = [];
    this.#changeCount = 0;
    for (const {commit, tree, added, removed} of queue) {
      for (const seq of removed) this.#tree.delete(files.get(seq)!);
      for (const seq of added) this.#tree.add(files.get(seq)!);
      this.count++;
      const rebuilt = this.#tree.oid();
      if (rebuilt !== tree) await this.#onWrong(commit, tree, rebuilt);
    }
  }

  async #readFiles(): Promise<Map<number, TreeFile>> {
    const snapshot = this.#seqs.serialize();
    this.#seqs[Symbol.dispose]();
    this.#seqs = Bitmap.of();
    const files = new Map<number, TreeFile>();
    for await (const batch of this.#store.scanEntries({snapshot}))
      for (const {seq, path, mode, oid} of batch) files.set(seq, {path, mode, oid});
    return files;
  }

  [Symbol.dispose](): void {
    this.#last[Symbol.dispose]();
    this.#seqs[Symbol.dispose]();
  }
}
