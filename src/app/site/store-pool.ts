import {statSync} from 'node:fs';
import {join} from 'node:path';
import {LRUCache} from 'lru-cache';
import type {IndexLocation} from '../../store/open-stores.ts';
import {type OpenStores, openStores, type StoreLocations} from '../stores/with-stores.ts';

/** How many pairs of stores stay open. */
const OPEN_MAX = 64;

/** Stores that are open: in the pool, or replaced and waiting for their last user. */
interface Opened extends OpenStores {
  readonly identity: string;
  users: number;
  isRetired: boolean;
}

/**
 * Stores that stay open between requests, one pair a location: the pairs that were used last, up to a limit. An embedded
 * index is opened again when its file is another one than before (dropped, built again, or a link that was turned).
 * A pair that is replaced or beyond the limit closes when its last user has gone.
 */
export class StorePool implements AsyncDisposable {
  readonly #closing = new Set<Promise<void>>();
  /** By location. */
  readonly #opened: LRUCache<string, Promise<Opened>>;

  constructor(openMax = OPEN_MAX) {
    this.#opened = new LRUCache({max: openMax, dispose: (opening) => this.#close(retire(opening))});
  }

  /** Runs `work` with the stores of the locations as they are now. What was opened stays open. */
  async use<T>(locations: StoreLocations, work: (stores: OpenStores) => Promise<T>): Promise<T> {
    const opened = await this.#take(locations);
    try {
      return await work(opened);
    } finally {
      opened.users--;
      this.#close(closeUnused(opened));
    }
  }

  async #take(locations: StoreLocations): Promise<Opened> {
    const key = JSON.stringify([locations.indexLocation, locations.objectsLocation]);
    const identity = identityOf(locations.indexLocation);
    for (;;) {
      const opening = this.#opened.get(key) ?? open(locations, identity);
      this.#opened.set(key, opening);
      const opened = await opening.catch((error: unknown) => {
        this.#drop(key, opening);
        throw error;
      });
      // It may have been retired while we waited for it to open.
      if (opened.identity === identity && !opened.isRetired) {
        opened.users++;
        return opened;
      }
      this.#drop(key, opening);
    }
  }

  /** Another caller may have put a new pair in its place already. */
  #drop(key: string, opening: Promise<Opened>): void {
    if (this.#opened.peek(key) === opening) this.#opened.delete(key);
  }

  #close(work: Promise<void>): void {
    const closing = work.finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Closes everything. The pool must not be used afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#opened.clear();
    await Promise.all(this.#closing);
  }
}

/** One that could not be opened has nothing to close: its users are told. */
async function retire(opening: Promise<Opened>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  if (!opened) return;
  opened.isRetired = true;
  await closeUnused(opened);
}

async function closeUnused(opened: Opened): Promise<void> {
  if (opened.isRetired && opened.users === 0) await opened[Symbol.asyncDispose]();
}

async function open(locations: StoreLocations, identity: string): Promise<Opened> {
  return {...(await openStores(locations)), identity, users: 0, isRetired: false};
}

/** Changes when the file of an embedded index is another one; the number of an inode may come again. */
function identityOf({url, directory}: IndexLocation): string {
  if (url !== 'embedded' || directory === undefined) return '';
  const found = statSync(join(directory, 'index.db'), {throwIfNoEntry: false});
  return found === undefined ? 'none' : `${found.dev}:${found.ino}:${found.birthtimeMs}`;
}
