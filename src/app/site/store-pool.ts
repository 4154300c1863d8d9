import {statSync} from 'node:fs';
import {join} from 'node:path';
import {type IndexLocation, type ObjectsLocation, openIndex, openObjects} from '../../store/open-stores.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {ObjectStore} from '../../store/ports/object-store.ts';

/** How many pairs of stores stay open that nobody uses. */
const IDLE_MAX = 64;

export interface StoreLocations {
  readonly indexLocation: IndexLocation;
  readonly objectsLocation: ObjectsLocation;
}

export interface PooledStores {
  readonly store: IndexStore;
  /** Opened when the first object is read. */
  readonly openObjects: () => Promise<ObjectStore>;
}

/** Stores that are open: in the pool, or replaced and waiting for their last user. */
interface Opened extends PooledStores, AsyncDisposable {
  readonly identity: string;
  users: number;
  isRetired: boolean;
}

/**
 * Stores that stay open between requests, one pair a location. An embedded index whose file is another one than
 * before (dropped, made anew, or a link that was turned) is opened again; the old one closes when its last user has
 * gone. Of those that nobody uses, the least recently used close first.
 */
export class StorePool implements AsyncDisposable {
  /** By location, the one used last at the end. */
  readonly #opened = new Map<string, Promise<Opened>>();
  readonly #closing = new Set<Promise<void>>();

  /** Runs `work` with the stores of the locations as they are now. What was opened stays open. */
  async use<T>(locations: StoreLocations, work: (stores: PooledStores) => Promise<T>): Promise<T> {
    const opened = await this.#take(locations);
    try {
      return await work(opened);
    } finally {
      opened.users--;
      if (opened.users === 0 && opened.isRetired) this.#close(opened);
      void this.#closeIdle();
    }
  }

  async #take(locations: StoreLocations): Promise<Opened> {
    const key = JSON.stringify([locations.indexLocation, locations.objectsLocation]);
    const identity = identityOf(locations.indexLocation);
    for (;;) {
      const opening = this.#opened.get(key) ?? open(locations, identity);
      this.#opened.delete(key);
      this.#opened.set(key, opening);
      const opened = await opening.catch((error: unknown) => {
        if (this.#opened.get(key) === opening) this.#opened.delete(key);
        throw error;
      });
      // Somebody else may have retired it while we waited for it to open.
      if (opened.identity === identity && !opened.isRetired) {
        opened.users++;
        return opened;
      }
      if (this.#opened.get(key) === opening) this.#opened.delete(key);
      this.#retire(opened);
    }
  }

  #retire(opened: Opened): void {
    if (opened.isRetired) return;
    opened.isRetired = true;
    if (opened.users === 0) this.#close(opened);
  }

  #close(opened: Opened): void {
    const closing = Promise.resolve(opened[Symbol.asyncDispose]()).finally(() =>
      this.#closing.delete(closing),
    );
    this.#closing.add(closing);
  }

  async #closeIdle(): Promise<void> {
    if (this.#opened.size <= IDLE_MAX) return;
    for (const [key, opening] of [...this.#opened].slice(0, this.#opened.size - IDLE_MAX)) {
      const opened = await opening.catch(() => undefined);
      if (!opened || opened.users > 0 || this.#opened.get(key) !== opening) continue;
      this.#opened.delete(key);
      this.#retire(opened);
    }
  }

  /** Everything is closed afterwards. Nobody may use it any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#opened.values());
    this.#opened.clear();
    for (const result of all) if (result.status === 'fulfilled') this.#retire(result.value);
    await Promise.all(this.#closing);
  }
}

async function open({indexLocation, objectsLocation}: StoreLocations, identity: string): Promise<Opened> {
  const store = await openIndex(indexLocation);
  let objects: Promise<ObjectStore> | undefined;
  return {
    store,
    openObjects() {
      objects ??= openObjects(objectsLocation).catch((error: unknown) => {
        // The next one who asks tries again.
        objects = undefined;
        throw error;
      });
      return objects;
    },
    identity,
    users: 0,
    isRetired: false,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await (await objects?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/** Changes when the file of an embedded index is another one; the number of an inode may come again. */
function identityOf({url, directory}: IndexLocation): string {
  if (url !== 'embedded' || directory === undefined) return '';
  const found = statSync(join(directory, 'index.db'), {throwIfNoEntry: false});
  return found === undefined ? 'none' : `${found.dev}:${found.ino}:${found.birthtimeMs}`;
}
