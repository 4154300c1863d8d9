import type {IndexStore} from './index-store.ts';

/**
 * Builds an index set again next to itself: the next generation grows while the current one is read and written, and then
 * replaces it. Each has its own collections, repositories, refs, leases and counters.
 */
export interface GenerationStore {
  /**
   * The next generation, as a store of its own; created where there is none yet, so that an interrupted build goes on.
   * What it publishes takes effect when it is promoted. Disposed of before this store is.
   * @throws NOT_FOUND where the set was never created.
   */
  openNext(): Promise<IndexStore>;
  /**
   * A next generation that begins with nothing and needs nothing of the current one, which may be lost or damaged, also
   * where there is none: what was begun before is dropped. It gives no number that anything of the set is known to have.
   * The next `promoteNext` of this store makes it the current one.
   */
  openFresh(): Promise<IndexStore>;
  /** True if there is a next generation: it needs objects that this one does not know. */
  hasNext(): Promise<boolean>;
  /** No next generation is left. */
  dropNext(): Promise<void>;
  /**
   * The next generation is the current one afterwards, at once for every reader and every writer. A call that began
   * before is answered by the old one; a run that began to write there is refused from now on (CONFLICT); a store that
   * only reads goes over by itself. Numbers go on where they were; leases are copied where the next generation has
   * none; refs stay published, so they must show the same numbers in both.
   * @throws NOT_FOUND where there is no next generation.
   */
  promoteNext(): Promise<void>;
  /**
   * Generations that were replaced are gone afterwards, except those in which a reader is still busy after `waitMs`:
   * false where one is left. Costs no request where the last `hasCollections` of this store saw none.
   */
  dropSuperseded(waitMs: number): Promise<boolean>;
}

/** An index set by its current generation, and the way to the next one. */
export interface IndexSet extends IndexStore, GenerationStore {}
