import {statSync} from 'node:fs';
import {join} from 'node:path';
import {LRUCache} from 'lru-cache';
import type {IndexLocation, ObjectsLocation} from '../../store/open-stores.ts';
import {type OpenStores, openStores, type StoreLocations} from '../stores/with-stores.ts';

/** Of the stores that stay open, all together: 512 small ones, or 64 large ones. */
const WEIGHT_MAX = 512;
/** The memory that an open index takes grows with its file, up to the limits of its caches. */
const BYTES_PER_WEIGHT = 1024 * 1024;
const STORE_WEIGHT_MAX = 8;

/** The stores of a location as they are now, by their weight. */
interface Wanted {
  readonly key: string;
  /** Changes when an embedded index is another file, or has another weight. */
  readonly identity: string;
  readonly weight: number;
}

/** Stores that are open: in the pool, or replaced and waiting for their last user. */
interface Opened extends OpenStores {
  readonly identity: string;
  users: number;
  isRetired: boolean;
}

/**
 * Stores that stay open between requests, one pair a location: the pairs that were used last, up to a weight. An embedded
 * index is opened again when its file is another one than before (dropped, built again, or a link that was turned), or
 * weighs more. A pair that is replaced or beyond the limit closes when its last user has gone.
 */
export class StorePool implements AsyncDisposable {
  readonly #closing = new Set<Promise<void>>();
  /** By location. */
  readonly #opened: LRUCache<string, Promise<Opened>>;

  constructor(weightMax = WEIGHT_MAX) {
    this.#opened = new LRUCache({maxSize: weightMax, dispose: (opening) => this.#close(retire(opening))});
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
    for (;;) {
      // Each time: another caller may have opened what came after the last look.
      const {key, identity, weight} = lookAt(locations);
      const known = this.#opened.get(key);
      const opening = known ?? open(locations, identity);
      if (!known) this.#opened.set(key, opening, {size: weight});
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

function lookAt({indexLocation, objectsLocation}: StoreLocations): Wanted {
  const key = JSON.stringify([placeOf(indexLocation), placeOf(objectsLocation)]);
  const {url, directory} = indexLocation;
  if (url !== 'embedded' || directory === undefined) return {key, identity: '', weight: 1};
  const found = statSync(join(directory, 'index.db'), {throwIfNoEntry: false});
  if (found === undefined) return {key, identity: 'none', weight: 1};
  const weight = Math.min(STORE_WEIGHT_MAX, Math.max(1, Math.round(found.size / BYTES_PER_WEIGHT)));
  // The number of an inode may come again.
  return {key, identity: [found.dev, found.ino, found.birthtimeMs, weight].join(':'), weight};
}

/** Repositories in one index of a server share its stores: their own folders do not matter there. */
function placeOf<T extends IndexLocation | ObjectsLocation>(location: T): T {
  return location.url === 'embedded' ? location : {...location, directory: undefined};
}
