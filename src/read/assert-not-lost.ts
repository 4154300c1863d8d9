import {isUnusable} from '../store/index-errors.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import {remember} from '../util/remember.ts';
import type {Reader} from './open-reader.ts';

/** A server that finds nothing again and again looks once. A loss is not kept: `ctr reindex` ends it. */
const LOOK_MAX_AGE_MS = 10_000;

/** By store and repository. */
const looks = new WeakMap<IndexReader, Map<string, () => Promise<void>>>();

/**
 * Called before an answer that has nothing in it: such an answer is true only where no part of the index is lost.
 * Costs nothing where the answer has something in it.
 * @throws INDEX_UNUSABLE
 */
export async function assertNotLost(reader: Pick<Reader, 'store' | 'repository'>): Promise<void> {
  const {store} = reader;
  const {id} = reader.repository;
  const known = looks.get(store) ?? new Map<string, () => Promise<void>>();
  looks.set(store, known);
  const look =
    known.get(id) ??
    remember(LOOK_MAX_AGE_MS, async () => {
      const loss = await store.findLoss(id);
      // Documents that are lost one by one hold nothing up: `ctr status` tells of them.
      if (isUnusable(loss)) throw loss;
    });
  known.set(id, look);
  await look();
}
