import {CtrError} from '../../util/ctr-error.ts';
import {lostCollection, replacedIndex} from '../index-errors.ts';
import {
  type Collections,
  collectionsOf,
  createCollections,
  createGeneration,
  isComplete,
} from './collection-indexes.ts';
import {type Generations, listGenerations, readGenerations} from './find-generations.ts';
import type {IndexLayout} from './mappings.ts';
import type {Server} from './server.ts';

/** The collections that a store works on. */
export interface Target {
  /** For reading. */
  readonly collections: Collections;
  /** Runs `work` on the collections as they are written. @throws CONFLICT when they were replaced since this store looked first. */
  readonly write: <T>(work: (collections: Collections) => Promise<T>) => Promise<T>;
  readonly create: () => Promise<void>;
  readonly exist: () => Promise<boolean>;
}

/** A target that moves when a next generation becomes the current one. */
export interface CurrentTarget extends Target {
  /** The generations of the last look; looks if there was none. */
  generations(): Promise<Generations>;
  /** The next call looks again which generation is current. */
  forget(): void;
}

/**
 * The current generation. Reads go by names that move with it. Writes go into the generation that was the current
 * one when this store looked first: what was read of it does not hold for another, so a writer that was overtaken by
 * a swap is refused, and looks again.
 */
export function targetCurrent(server: Server, index: string, layout: IndexLayout): CurrentTarget {
  let known: number | undefined;
  let last: Generations | undefined;

  async function look(): Promise<Generations> {
    last = await listGenerations(server, index);
    known ??= last.current;
    return last;
  }

  return {
    collections: collectionsOf(server, index, 1),
    async write(work) {
      if (known === undefined) await look();
      const used = known ?? 1;
      try {
        return await work(collectionsOf(server, index, used));
      } catch (error) {
        if (!(error instanceof CtrError) || error.code !== 'NOT_FOUND') throw error;
        known = undefined;
        const generations = await look();
        const {current} = generations;
        if (current !== undefined && current !== used) throw replacedIndex();
        if (isComplete(generations, used))
          throw lostCollection(index, 'has lost an alias that writes go through');
        throw error;
      }
    },
    async create() {
      known = await createCollections(server, index, layout);
    },
    async exist() {
      const generations = await look();
      return isComplete(generations, generations.current);
    },
    generations: async () => last ?? look(),
    forget() {
      known = undefined;
      last = undefined;
    },
  };
}

/** One fixed generation. */
export function targetNext(
  server: Server,
  index: string,
  {generation, layout}: {generation: number; layout: IndexLayout},
): Target {
  const collections = collectionsOf(server, index, generation, {isNext: true});
  return {
    collections,
    write: (work) => work(collections),
    async create() {
      const generations = await readGenerations(server, index);
      await createGeneration(server, {index, layout, generation, generations, isCurrent: false});
    },
    exist: async () => isComplete(await readGenerations(server, index), generation),
  };
}
