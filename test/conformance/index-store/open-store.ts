import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import {CtrError, type CtrErrorCode} from '../../../src/util/ctr-error.ts';

/**
 * Opens the index set `set`, which nobody created yet; the same name twice gives two stores on one set.
 * `dispose` closes the store; nothing of the set is left when the last one of the set is disposed of.
 */
export type OpenStore = (set: string) => Promise<{store: IndexSet; dispose: () => Promise<void>}>;

/** What a test gets: a store on a set of its own, and more of them on the same set. */
export interface StoreContext {
  readonly store: IndexSet;
  /** Another store on the same set, as another process would have it. */
  readonly openAnother: () => Promise<IndexSet>;
}

/** A set with its collections, and stores on it until `dispose`. */
export async function openSet(open: OpenStore): Promise<StoreContext & {dispose(): Promise<void>}> {
  const set = `ctr-test-${randomUUID()}`;
  const opened = [await open(set)];
  const store = opened[0]!.store;
  await store.createCollections();
  return {
    store,
    async openAnother() {
      const another = await open(set);
      opened.push(another);
      return another.store;
    },
    async dispose() {
      for (const {dispose} of opened.toReversed()) await dispose();
    },
  };
}

/** A test on a set of its own, gone afterwards even when the test fails. */
export function testStore(
  open: OpenStore,
  title: string,
  body: (context: StoreContext) => Promise<void>,
): void {
  void test(title, async () => {
    const context = await openSet(open);
    try {
      await body(context);
    } finally {
      await context.dispose();
    }
  });
}

/** The promise fails with a CtrError of this code, which is returned. */
export async function rejectsWith(code: CtrErrorCode, promise: Promise<unknown>): Promise<CtrError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof CtrError, `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}
