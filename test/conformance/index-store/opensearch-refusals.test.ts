import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import type {RetryEvent} from '../../../src/util/retry.ts';
import {describeWith, opensearchUrl} from '../../support/servers/require.ts';
import {rejectsWith} from './open-store.ts';
import {
  flatten,
  makeCommit,
  makeEntry,
  makeRef,
  makeRepository,
  numbersBelow,
  queryOf,
  REPO,
  words,
} from './records.ts';

const TIMEOUT_MS = 1000;

async function call(method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${opensearchUrl()}/${path}`, {
    method,
    headers: {'content-type': 'application/json'},
    ...(body && {body: JSON.stringify(body)}),
  });
  assert.ok(response.ok, `${method} ${path}: ${await response.text()}`);
}

/** A set with ten entries, commits and refs; its settings are the test's. */
async function withSet(
  body: (context: {store: IndexSet; index: string; retries: RetryEvent[]}) => Promise<void>,
): Promise<void> {
  const index = `ctr-test-${randomUUID()}`;
  const retries: RetryEvent[] = [];
  try {
    await using store = await openOpenSearchIndex({
      url: opensearchUrl(),
      index,
      timeoutMs: TIMEOUT_MS,
      onRetry: (event) => retries.push(event),
    });
    await store.createCollections();
    await store.putRepository(makeRepository());
    await store.putEntries(numbersBelow(10).map((seq) => makeEntry(seq, `${seq}.txt`, {content: 'same'})));
    await store.putCommits(numbersBelow(10).map((seq) => makeCommit(seq)));
    const refs = numbersBelow(10).map((number) => makeRef(`refs/heads/b${number}`));
    await store.putRefs(refs.map((record) => ({record, expected: undefined})));
    await store.refresh();
    await body({store, index, retries});
  } finally {
    await call('DELETE', `${index}-*?ignore_unavailable=true`);
  }
}

const ALL = serializeBitmap(numbersBelow(10));

describeWith('opensearch', 'OpenSearch: what its owner has set', () => {
  test('a small max_result_window makes pages smaller, and nothing else', async () => {
    await withSet(async ({store, index}) => {
      await call('PUT', `${index}-*/_settings`, {'index.max_result_window': 3});
      const {hits, total} = await store.search({
        expression: queryOf(words('same')),
        snapshot: ALL,
        limit: 100,
      });
      assert.deepEqual([hits.length, total], [10, 10]);
      assert.equal((await flatten(store.scanEntries({snapshot: ALL}))).length, 10);
      assert.equal((await flatten(store.listCommits({history: ALL}))).length, 10);
      assert.equal((await flatten(store.auditEntries(REPO, {withContent: false}))).length, 10);
      assert.equal((await store.listRefs(REPO)).length, 10);
    });
  });

  const BLOCKS = {
    'blocks.write': /has a block on an index/,
    'blocks.read_only': /has a block on an index/,
    'blocks.read_only_allow_delete': /is short of disk and writes nothing/,
  };
  for (const [block, message] of Object.entries(BLOCKS)) {
    test(`index.${block} has its own words, and is waited for no longer than the time limit`, async () => {
      await withSet(async ({store, index, retries}) => {
        await call('PUT', `${index}-files-1/_settings`, {[`index.${block}`]: true});
        try {
          const error = await rejectsWith(
            'BACKEND_UNAVAILABLE',
            store.putEntries([makeEntry(10, 'new.txt')]),
          );
          assert.match(error.message, message);
          const waitedMs = retries.reduce((sum, {delayMs}) => sum + delayMs, 0);
          assert.ok(waitedMs <= TIMEOUT_MS, `${waitedMs} ms`);
        } finally {
          await call('PUT', `${index}-files-1/_settings`, {[`index.${block}`]: null});
        }
      });
    });
  }

  test('a closed index is no mistake in the query', async () => {
    await withSet(async ({store, index}) => {
      await call('POST', `${index}-files-1/_close`);
      const search = store.search({expression: queryOf(words('same')), snapshot: ALL, limit: 1});
      const {message} = await rejectsWith('INDEX_UNUSABLE', search);
      assert.equal(message, `the index ${index}-files-1 is closed`);
    });
  });
});
