import {isUnusable} from '../store/index-errors.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import type {CtrError} from '../util/ctr-error.ts';
import {remember} from '../util/remember.ts';
import type {Reader} from './open-reader.ts';

/** A server that is asked for nothing over and over looks once. */
const LOOK_MAX_AGE_MS = 10_000;

type Look = () => Promise<CtrError | undefined>;

/** By store and repository. */
const looks = new WeakMap<IndexReader, Map<string, Look>>();

/**
 * For an answer that has nothing in it: it is true where no part of the index is lost. Other answers cost nothing.
 * @throws INDEX_UNUSABLE
 */
export async function assertNotLost({
  store,
  repository: {id},
}: Pick<Reader, 'store' | 'repository'>): Promise<void> {
  const known = looks.get(store) ?? new Map<string, Look>();
  looks.set(store, known);
  const look = known.get(id) ?? remember(LOOK_MAX_AGE_MS, () => store.findLoss(id));
  known.set(id, look);
  const loss = await look();
  // Documents that are lost one by one hold nothing up: `ctr status` tells of them.
  if (isUnusable(loss)) throw loss;
}
