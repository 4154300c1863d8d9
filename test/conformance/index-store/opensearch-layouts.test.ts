import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {IndexLayout} from '../../../src/store/opensearch/mappings.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import {describeWith, opensearchUrl} from '../../support/servers/require.ts';
import {testCandidates} from './candidates-tests.ts';
import {testCommits} from './commits-tests.ts';
import {testEntryReader} from './entries-reading-tests.ts';
import {testEntries} from './entries-tests.ts';
import {testGenerations} from './generations-tests.ts';
import {type OpenStore, openSet, testStore} from './open-store.ts';
import {makeEntry, makeRepository, numbersBelow, words} from './records.ts';
import {testSearch} from './search-tests.ts';

/** As they are unless something else is asked for. */
const USUAL: IndexLayout = {shards: 1, substrings: true};

function opening(layout: Partial<IndexLayout>, names: string[] = []): OpenStore {
  return async (index) => {
    names.push(index);
    const store = await openOpenSearchIndex({url: opensearchUrl(), index, ...layout});
    return {
      store,
      async dispose() {
        await store[Symbol.asyncDispose]();
        await fetch(`${opensearchUrl()}/${index}-*?ignore_unavailable=true`, {method: 'DELETE'});
      },
    };
  };
}

/** Shards, replicas, and how replicas follow the number of nodes. */
async function layoutOf(concrete: string): Promise<unknown[]> {
  const answer = await fetch(`${opensearchUrl()}/${concrete}/_settings`);
  const found = (await answer.json()) as Record<string, {settings: {index: Record<string, unknown>}}>;
  const {number_of_shards, number_of_replicas, auto_expand_replicas} = found[concrete]!.settings.index;
  return [number_of_shards, number_of_replicas, auto_expand_replicas];
}

describeWith('opensearch', 'OpenSearch in other layouts', () => {
  void describe('three shards, without trigrams: every promise about documents', {concurrency: 2}, () => {
    const open = opening({shards: 3, substrings: false});
    testGenerations(open);
    testEntries(open);
    testEntryReader(open);
    testCommits(open);
    testSearch(open);
    testCandidates(open, {hasTrigrams: false});
  });

  test('hits have the same scores in any number of shards', async () => {
    const entries = numbersBelow(50).map((seq) =>
      makeEntry(seq, `f/${seq}`, {content: `${'needle '.repeat(1 + (seq % 3))}${'hay '.repeat(seq)}`}),
    );
    const ranks: unknown[] = [];
    for (const shards of [1, 4]) {
      const set = await openSet(opening({shards}));
      const {store} = set;
      try {
        await store.putEntries(entries);
        await store.refresh();
        const snapshot = serializeBitmap(numbersBelow(50));
        const {hits} = await store.search({expression: words('needle'), snapshot, limit: 50});
        ranks.push(hits.map(({entry, score}) => [entry.path, score.toFixed(3)]));
      } finally {
        await set.dispose();
      }
    }
    assert.deepEqual(ranks[1], ranks[0]);
  });

  const names: string[] = [];
  testStore(
    opening({shards: 3, replicas: 0}, names),
    'shards and replicas are those that were asked for at the creation',
    async ({store}) => {
      await store.putRepository(makeRepository());
      const index = names[0]!;
      assert.deepEqual(await layoutOf(`${index}-files-1`), ['3', '0', undefined]);
      assert.deepEqual(await layoutOf(`${index}-commits-1`), ['3', '0', undefined]);
      assert.deepEqual(await layoutOf(`${index}-refs-1`), ['1', '0', undefined]);

      // The next generation has the layout of the store that builds it.
      const {store: other} = await opening(USUAL)(index);
      await (await other.openNext())[Symbol.asyncDispose]();
      await other.promoteNext();
      await other[Symbol.asyncDispose]();
      assert.deepEqual(await layoutOf(`${index}-files-2`), ['1', '0', '0-1']);
    },
  );
});
