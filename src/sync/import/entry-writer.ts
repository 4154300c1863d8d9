import {Bitmap} from '../../domain/bitmap.ts';
import {type EntryKey, entryIdBytes} from '../../domain/entry.ts';
import type {Change} from '../../git/raw-diff.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {SeqSource} from '../sync-run.ts';
import type {BlobImporter} from './blob-importer.ts';
import type {NewEntry} from './make-entry.ts';
import {SeqBlocks} from './seq-blocks.ts';
import {SeqMap} from './seq-map.ts';

/** Just below where the map would double beyond 84 MB: then it is emptied, and the index is asked. */
const REMEMBERED_MAX = 2_900_000;

/** One path that differs between two trees. */
export interface EntryChange {
  readonly from?: EntryKey | undefined;
  readonly to?: EntryKey | undefined;
  /** Oid of the commit that shows `to`. */
  readonly commit: string;
}

/** A path that differs from an earlier tree, as `commit` shows it. */
export function entryChangeOf({path, from, to}: Change, commit: string): EntryChange {
  return {from: from && {path, ...from}, to: to && {path, ...to}, commit};
}

/** The changes of a tree so far, as seqs. */
export interface DraftSeqs {
  readonly added: number[];
  readonly removed: number[];
}

/** Adds the seqs of each change to its draft; new entries are stored after the next `checkpoint`. Returns the added ones. */
export async function resolveChanges(
  writer: EntryWriter,
  changes: readonly {readonly draft: DraftSeqs; readonly change: EntryChange}[],
): Promise<number[]> {
  const seqs = await writer.resolve(changes.map(({change}) => change));
  return seqs.flatMap(({added, removed}, i) => {
    const {draft} = changes[i]!;
    if (removed !== undefined) draft.removed.push(removed);
    if (added === undefined) return [];
    draft.added.push(added);
    return added;
  });
}

/** The numbers of both sides of a change; undefined for an absent side. */
export interface ChangedSeqs {
  readonly removed?: number | undefined;
  readonly added?: number | undefined;
}

interface EntryWriterDeps {
  readonly store: IndexStore;
  readonly repo: string;
  readonly blobs: BlobImporter;
  /** Knows the numbers of entries that are not stored here yet. */
  readonly numbers: SeqSource | undefined;
}

/**
 * Gives every entry its seq, and stores the new ones. Entries that the index already has, from an interrupted or a
 * finished run, are found by their ids and keep their numbers.
 */
export class EntryWriter implements Disposable {
  readonly #deps: EntryWriterDeps;
  readonly #blocks: SeqBlocks;
  readonly #seqs = new SeqMap();
  /** Entries that were numbered before the commit stream and are not written yet. */
  readonly #unwritten = Bitmap.of();
  /** True if `#seqs` has all entries of the index: then the index need not be asked. */
  #isWholeIndexKnown = false;

  constructor(deps: EntryWriterDeps) {
    this.#deps = deps;
    const {store, numbers} = deps;
    this.#blocks = new SeqBlocks(async (count) => {
      const first = await (numbers ?? store).reserveSeqs('entries', count);
      // No number was given before, so the index has no entry that is not in `#seqs`.
      if (first === 0) this.#isWholeIndexKnown = true;
      return first;
    });
  }

  /**
   * Numbers entries in the given order before all others, so that the bitmap of a tree in path order is one run.
   * They are written when the commit stream shows them. For the first import.
   */
  async numberAhead(keys: readonly EntryKey[]): Promise<void> {
    const ids = keys.map((key) => entryIdBytes(this.#deps.repo, key));
    await this.#lookUp(ids);
    await this.#numberNew(ids);
  }

  /** The seqs of the changes, in their order; new entries are stored after the next `checkpoint`. */
  async resolve(changes: readonly EntryChange[]): Promise<ChangedSeqs[]> {
    await this.#forgetWhenFull();
    const idOf = (key: EntryKey | undefined) => key && entryIdBytes(this.#deps.repo, key);
    const ids = changes.map(({from, to}) => ({from: idOf(from), to: idOf(to)}));
    await this.#lookUp(ids.flatMap(({from, to}) => [from, to].filter((id) => id !== undefined)));

    await this.#numberNew(ids.flatMap(({to}) => to ?? []));
    const fresh = changes.flatMap(({to, commit}, i): NewEntry[] => {
      const id = ids[i]!.to;
      const seq = id && this.#seqs.get(id)!;
      if (seq === undefined || !this.#unwritten.delete(seq)) return [];
      return [{...to!, seq, id: id!.toString('base64url'), introducedBy: commit}];
    });
    await this.#deps.blobs.write(fresh);
    return ids.map(({from, to}) => ({
      removed: from && this.#seqs.get(from),
      added: to && this.#seqs.get(to),
    }));
  }

  async #numberNew(ids: readonly Buffer[]): Promise<void> {
    const fresh = new Map<string, Buffer>();
    for (const id of ids) if (this.#seqs.get(id) === undefined) fresh.set(id.toString('base64url'), id);
    if (fresh.size > 0) this.#assign([...fresh.values()], await this.#blocks.take(fresh.size));
  }

  #assign(ids: readonly Buffer[], seqs: readonly number[]): void {
    for (const [i, id] of ids.entries()) {
      this.#seqs.set(id, seqs[i]!);
      this.#unwritten.add(seqs[i]!);
    }
  }

  async #lookUp(ids: readonly Buffer[]): Promise<void> {
    if (this.#isWholeIndexKnown) return;
    const unknown = new Map<string, Buffer>();
    for (const id of ids) if (this.#seqs.get(id) === undefined) unknown.set(id.toString('base64url'), id);
    const found = await this.#deps.store.readEntrySeqs([...unknown.keys()]);
    for (const [id, seq] of found) this.#seqs.set(unknown.get(id)!, seq);
    if (!this.#deps.numbers) return;
    const unstored = [...unknown].filter(([id]) => !found.has(id));
    const kept = await this.#deps.numbers.readEntrySeqs(unstored.map(([id]) => id));
    for (const [id, seq] of kept) this.#assign([unknown.get(id)!], [seq]);
  }

  async #forgetWhenFull(): Promise<void> {
    if (this.#seqs.size < REMEMBERED_MAX) return;
    await (await this.#deps.blobs.checkpoint()).stored;
    this.#seqs.clear();
    this.#isWholeIndexKnown = false;
  }

  /** `stored` resolves when all entries resolved before this call are stored; more can be resolved at the same time. */
  async checkpoint(): Promise<{stored: Promise<void>}> {
    return this.#deps.blobs.checkpoint();
  }

  [Symbol.dispose](): void {
    this.#unwritten[Symbol.dispose]();
  }
}
