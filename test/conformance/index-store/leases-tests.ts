import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {Lease} from '../../../src/domain/lease.ts';
import {type OpenStore, testStore} from './open-store.ts';
import {LEASE, numbersBelow, OTHER_REPO, plain, REPO} from './records.ts';

/** The promises of LeaseStore. */
export function testLeases(open: OpenStore): void {
  void describe('lease', () => {
    testStore(open, 'is written by compare-and-set, and read whole at once', async ({store, openAnother}) => {
      const another = await openAnother();
      assert.equal(await store.readLease(REPO), undefined);
      const first = await store.putLease(REPO, LEASE, undefined);
      assert.ok(first);
      assert.equal(await another.putLease(REPO, {...LEASE, holder: 'two'}, undefined), undefined);
      const full: Lease = {
        holder: 'two',
        dropped: {commits: serializeBitmap([1, 2]), entries: serializeBitmap(numbersBelow(70_000))},
        condemned: {commits: EMPTY_BITMAP, entries: serializeBitmap([7])},
      };
      const second = await another.putLease(REPO, full, first);
      assert.ok(second);
      assert.equal(await store.putLease(REPO, LEASE, first), undefined, 'overtaken');
      const read = await store.readLease(REPO);
      assert.deepEqual(plain(read), plain({lease: full, version: second}));
    });

    testStore(open, 'belongs to its repository, and is no ref', async ({store}) => {
      await store.putLease(REPO, LEASE, undefined);
      assert.equal(await store.readLease(OTHER_REPO), undefined);
      assert.deepEqual(await store.listRefs(REPO), []);
      await store.refresh();
      assert.equal((await store.count(REPO)).refs, 0);
      await store.dropRepository(REPO);
      await store.createCollections();
      assert.equal(await store.readLease(REPO), undefined);
    });
  });
}
