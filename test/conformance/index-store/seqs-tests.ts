import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {type OpenStore, testStore} from './open-store.ts';
import {makeCommit, makeEntry, OTHER_REPO, REPO, seqsOf} from './records.ts';

/** The promises of SeqStore. Lost and restored counters are in the backends' own tests. */
export function testSeqs(open: OpenStore): void {
  void describe('reserveSeqs', () => {
    testStore(open, 'counts from 0, each series for itself', async ({store}) => {
      assert.equal(await store.reserveSeqs('entries', 10), 0);
      assert.equal(await store.reserveSeqs('entries', 1), 10);
      assert.equal(await store.reserveSeqs('commits', 5), 0);
      assert.equal(await store.reserveSeqs('entries', 1), 11);
    });

    testStore(open, 'never gives a number twice, whoever asks', async ({store, openAnother}) => {
      const another = await openAnother();
      const counts = Array.from({length: 40}, (_, i) => 1 + (i % 7));
      const taken = await Promise.all(
        counts.map(async (count, i) => {
          const first = await (i % 2 === 0 ? store : another).reserveSeqs('entries', count);
          return Array.from({length: count}, (_, offset) => first + offset);
        }),
      );
      const numbers = taken.flat().sort((a, b) => a - b);
      assert.equal(new Set(numbers).size, numbers.length);
    });

    testStore(open, 'sees at once what another store took', async ({store, openAnother}) => {
      const another = await openAnother();
      assert.equal(await store.reserveSeqs('commits', 3), 0);
      assert.equal(await another.reserveSeqs('commits', 3), 3);
      assert.equal(await store.reserveSeqs('commits', 3), 6);
    });

    testStore(open, 'the next number is told without being taken', async ({store}) => {
      assert.equal(await store.reserveSeqs('entries', 0), 0);
      await store.reserveSeqs('entries', 7);
      assert.equal(await store.reserveSeqs('entries', 0), 7);
      assert.equal(await store.reserveSeqs('entries', 0), 7);
      assert.equal(await store.reserveSeqs('commits', 0), 0);
      assert.equal(await store.reserveSeqs('entries', 1), 7);
    });
  });

  void describe('readStoredSeqs', () => {
    testStore(open, 'what is stored is read as a bitmap, of each repository and series', async ({store}) => {
      await store.putEntries([
        makeEntry(1, 'a'),
        makeEntry(70_000, 'b'),
        makeEntry(2, 'a', {repo: OTHER_REPO}),
      ]);
      await store.putCommits([makeCommit(9)]);
      await store.refresh();
      assert.deepEqual(seqsOf(await store.readStoredSeqs(REPO, 'entries')), [1, 70_000]);
      assert.deepEqual(seqsOf(await store.readStoredSeqs(REPO, 'commits')), [9]);
      assert.deepEqual(seqsOf(await store.readStoredSeqs(OTHER_REPO, 'commits')), []);
    });
  });
}
