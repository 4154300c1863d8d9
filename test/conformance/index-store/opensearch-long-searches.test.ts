import assert from 'node:assert/strict';
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {parseQuery} from '../../../src/domain/query/parse-query.ts';
import {SCHEMA_VERSION} from '../../../src/store/opensearch/mappings.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import {whileWanted} from '../../../src/util/wanted.ts';
import {bannerOf, type FakeAnswer, startFake} from './fake-opensearch.ts';
import {rejectsWith} from './open-store.ts';

/** What the server says of a set's collections. */
const GENERATIONS: FakeAnswer = {
  body: Object.fromEntries(
    ['files', 'commits', 'refs'].map((kind) => [
      `x-${kind}-1`,
      {aliases: {[`x-${kind}`]: {}}, mappings: {_meta: {ctr: SCHEMA_VERSION}}},
    ]),
  ),
};

/** A store on a server whose searches are answered so, and what the searches' URLs were. */
async function openWith(answer: FakeAnswer, timeoutMs: number) {
  await using opening = new AsyncDisposableStack();
  const fake = opening.use(
    await startFake(({url}) => {
      if (url === '/') return bannerOf('3.0.0');
      return url.includes('/_search') ? answer : GENERATIONS;
    }),
  );
  const store = opening.use(
    await openOpenSearchIndex({url: fake.url, index: 'x', timeoutMs, delay: async () => undefined}),
  );
  const resources = opening.move();
  return {
    search: () =>
      store.search({expression: parseQuery('word').expression, snapshot: serializeBitmap([1]), limit: 1}),
    searches: () => fake.requests.map(({url}) => url).filter((url) => url.includes('/_search')),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

void describe('searches that take long', () => {
  test('one that gets no answer in time is told as such, and not asked again', async () => {
    await using world = await openWith(() => undefined, 200);
    const error = await rejectsWith('TIMEOUT', world.search());
    assert.match(error.message, /took longer than 0\.2 s, and was ended/);
    assert.equal(error.exitCode, 4);
    assert.equal(world.searches().length, 1);
    // The server ends it by itself, whatever stands between.
    assert.match(world.searches()[0]!, /cancel_after_time_interval=200ms/);
  });

  test('one that OpenSearch has ended is the same', async () => {
    // As OpenSearch 3.8 says it.
    const reason = 'cancelled task with reason: Cancellation timeout of 1s is expired';
    const body = {
      error: {
        root_cause: [{type: 'task_cancelled_exception', reason}],
        type: 'search_phase_execution_exception',
      },
      status: 500,
    };
    await using world = await openWith({status: 500, body}, 5000);
    await rejectsWith('TIMEOUT', world.search());
    assert.equal(world.searches().length, 1);
  });

  test('one that nobody wants any more loses its connection, which is what ends it in OpenSearch', async () => {
    const {promise: asked, resolve: ask} = Promise.withResolvers<ServerResponse>();
    await using world = await openWith((response) => ask(response), 60_000);
    const leaving = new AbortController();
    const search = whileWanted(leaving.signal, world.search);
    const closed = once(await asked, 'close');
    leaving.abort();
    await assert.rejects(search, {name: 'AbortError'});
    await closed;
    assert.equal(world.searches().length, 1);
  });

  test('one that nobody wants from the start is not sent', async () => {
    await using world = await openWith(() => undefined, 60_000);
    await assert.rejects(whileWanted(AbortSignal.abort(), world.search), {name: 'AbortError'});
    assert.deepEqual(world.searches(), []);
  });
});
