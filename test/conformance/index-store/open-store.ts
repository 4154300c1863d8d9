import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';
import type {CommitRecord} from '../../../src/domain/commit.ts';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {CtrError, type CtrErrorCode} from '../../../src/util/ctr-error.ts';
import {REPO} from './records.ts';

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

/** The commits of REPO that exist, with their paths, by oid. */
export async function readWhole(
  store: IndexStore,
  oids: readonly string[],
): Promise<Map<string, CommitRecord>> {
  const paths = await store.readCommitPaths(REPO, oids);
  const commits = await store.readCommits(REPO, oids);
  return new Map([...commits].map(([oid, commit]) => [oid, {...commit, paths: paths.get(oid)!}]));
}
