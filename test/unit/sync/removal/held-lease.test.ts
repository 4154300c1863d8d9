import assert from 'node:assert/strict';
import {test} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../../src/domain/bitmap.ts';
import {NO_SEQS} from '../../../../src/domain/lease.ts';
import {isNone, openLease, takeLease} from '../../../../src/sync/removal/held-lease.ts';
import {plain, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const SOME = {commits: serializeBitmap([1]), entries: EMPTY_BITMAP};

test('the first put takes the lease, and the next run finds what it said', async () => {
  await using index = await openScratchIndex();
  const lease = await openLease(index.store, REPO);
  assert.deepEqual([lease.isTaken, plain(lease.dropped)], [false, plain(NO_SEQS)]);
  await lease.put({dropped: SOME});
  await lease.put({condemned: SOME});
  assert.deepEqual([lease.isTaken, plain(lease.dropped)], [true, plain(SOME)]);
  const next = await openLease(index.store, REPO);
  assert.deepEqual(
    [next.isTaken, plain(next.dropped), plain(next.condemned)],
    [false, plain(SOME), plain(SOME)],
  );
});

test('a run that was overtaken can say nothing more', async () => {
  await using index = await openScratchIndex();
  const paused = await takeLease(index.store, REPO);
  const other = await takeLease(index.store, REPO);
  await assert.rejects(paused.put({condemned: SOME}), {code: 'CONFLICT'});
  await other.put({dropped: SOME});
  const found = await openLease(index.store, REPO);
  assert.deepEqual([plain(found.condemned), plain(found.dropped)], [plain(NO_SEQS), plain(SOME)]);
});

test('of two runs that found no lease, one takes it', async () => {
  await using index = await openScratchIndex();
  const [first, second] = [await openLease(index.store, REPO), await openLease(index.store, REPO)];
  await first.put({});
  await assert.rejects(second.put({}), {code: 'CONFLICT'});
});

test('isNone', () => {
  assert.deepEqual([NO_SEQS, SOME, {commits: EMPTY_BITMAP, entries: serializeBitmap([0])}].map(isNone), [
    true,
    false,
    false,
  ]);
});
