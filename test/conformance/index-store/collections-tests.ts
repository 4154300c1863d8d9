import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {type OpenStore, testStore} from './open-store.ts';
import {
  found,
  makeCommit,
  makeEntry,
  makeRef,
  makeRepository,
  numbersBelow,
  OTHER_REPO,
  REPO,
} from './records.ts';

/** The promises of CollectionStore. What other programs take away is in the backends' own tests. */
export function testCollections(open: OpenStore): void {
  void describe('a set that nobody created', () => {
    test('has no collections and no repositories', async () => {
      const {store, dispose} = await open(`ctr-test-${randomUUID()}`);
      try {
        assert.equal(await store.hasCollections(), false);
        assert.deepEqual(await store.listRepositories(), []);
        await store.dropRepository(REPO);
      } finally {
        await dispose();
      }
    });
  });

  void describe('collections', () => {
    testStore(open, 'exist after createCollections, which may be repeated', async ({store, openAnother}) => {
      assert.equal(await store.hasCollections(), true);
      await store.createCollections();
      const another = await openAnother();
      assert.equal(await another.hasCollections(), true);
    });

    test('two stores may create them at once', async () => {
      const set = `ctr-test-${randomUUID()}`;
      const both = [await open(set), await open(set)];
      try {
        await Promise.all(both.map(({store}) => store.createCollections()));
        assert.equal(await both[0]!.store.reserveSeqs('entries', 1), 0);
        assert.equal(await both[1]!.store.reserveSeqs('entries', 1), 1);
      } finally {
        for (const {dispose} of both) await dispose();
      }
    });

    testStore(open, 'belong to a backend that names itself', async ({store}) => {
      assert.match(store.engine, /^\w+ \d+\.\d+/);
      assert.ok(store.writeConcurrency >= 1);
    });
  });

  void describe('findLoss', () => {
    testStore(open, 'nothing is lost where nothing was taken away', async ({store}) => {
      assert.equal(await store.findLoss(REPO), undefined);
      await store.putRepository(makeRepository());
      await store.putEntries([makeEntry(0, 'a'), makeEntry(1, 'b')]);
      await store.putCommits([makeCommit(0)]);
      await store.reserveSeqs('entries', 2);
      await store.reserveSeqs('commits', 1);
      await store.refresh();
      await store.rememberHoldings(REPO);
      assert.equal(await store.findLoss(REPO), undefined);
      await store.deleteEntries(REPO, serializeBitmap([1]));
      assert.equal(await store.findLoss(REPO), undefined, 'what a run deletes is no loss');
    });
  });

  void describe('expunge', () => {
    testStore(open, 'keeps what is there, and may be repeated', async ({store}) => {
      await store.putEntries(
        numbersBelow(50).map((seq) => makeEntry(seq, `${seq}.txt`, {content: 'needle'})),
      );
      await store.refresh();
      assert.equal(await store.hasDeletedBytes(), false);
      await store.deleteEntries(REPO, serializeBitmap(numbersBelow(49)));
      assert.equal(await store.hasDeletedBytes(), store.backend === 'sqlite');
      await store.expunge();
      assert.equal(await store.hasDeletedBytes(), false);
      await store.expunge();
      assert.deepEqual(await found(store, 'needle'), ['49.txt']);
    });
  });

  void describe('count', () => {
    testStore(open, 'what is stored for one repository', async ({store}) => {
      await store.putEntries([makeEntry(0, 'a'), makeEntry(1, 'b'), makeEntry(2, 'a', {repo: OTHER_REPO})]);
      await store.putCommits([makeCommit(0)]);
      const names = ['refs/heads/a', 'refs/heads/b', 'refs/heads/c'];
      await store.putRefs(names.map((name) => ({record: makeRef(name), expected: undefined})));
      await store.refresh();
      const {sizeBytes, ...counts} = await store.count(REPO);
      assert.deepEqual(counts, {entries: 2, commits: 1, refs: 3});
      assert.ok(sizeBytes > 0);
    });
  });
}
