import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {SCHEMA_VERSION} from '../../../src/store/opensearch/mappings.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import {toRefDocument} from '../../../src/store/opensearch/ref-documents.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import type {RetryEvent} from '../../../src/util/retry.ts';
import {bannerOf, type FakeAnswer, type FakeRequest, startFake} from './fake-opensearch.ts';
import {rejectsWith} from './open-store.ts';
import {makeEntry, makeRef, numbersBelow} from './records.ts';

/** What the server says of a set's collections. */
const GENERATIONS: FakeAnswer = {
  body: Object.fromEntries(
    ['files', 'commits', 'refs'].map((kind) => [
      `x-${kind}-1`,
      {aliases: {[`x-${kind}`]: {}}, mappings: {_meta: {ctr: SCHEMA_VERSION}}},
    ]),
  ),
};

/** A store on a server whose bulk answers are these, in turn; its waits take no time. */
async function withAnswers(
  bulkAnswers: ((ids: string[]) => FakeAnswer)[],
  body: (context: {store: IndexStore; sent: string[][]; retries: RetryEvent[]}) => Promise<void>,
  answerOther: (request: FakeRequest) => FakeAnswer = () => ({status: 500, body: {}}),
): Promise<void> {
  const sent: string[][] = [];
  const retries: RetryEvent[] = [];
  await using fake = await startFake((request) => {
    if (request.url === '/') return bannerOf('3.0.0');
    if (request.url.startsWith('/x-files,')) return GENERATIONS;
    if (!request.url.includes('/_bulk')) return answerOther(request);
    const ids = idsIn(request.body);
    sent.push(ids);
    const answer = bulkAnswers[sent.length - 1] ?? bulkAnswers.at(-1)!;
    return answer(ids);
  });
  await using store = await openOpenSearchIndex({
    url: fake.url,
    index: 'x',
    timeoutMs: 5000,
    delay: async () => undefined,
    random: () => 0.5,
    onRetry: (event) => retries.push(event),
  });
  await body({store, sent, retries});
}

function idsIn(lines: string): string[] {
  const actions = lines
    .split('\n')
    .filter((_, line) => line % 2 === 0 && line < lines.split('\n').length - 1);
  return actions.map((line) => (Object.values(JSON.parse(line) as object)[0] as {_id: string})._id);
}

/** Every document gets status 201 but those that `statuses` names, by their place in the request. */
function items(statuses: Record<number, number> = {}): (ids: string[]) => FakeAnswer {
  return (ids) => ({
    body: {
      errors: Object.keys(statuses).length > 0,
      items: ids.map((_, place) => {
        const status = statuses[place] ?? 201;
        return {
          create:
            status < 300 ? {status} : {status, error: {type: `type_${status}`, reason: `because ${status}`}},
        };
      }),
    },
  });
}

const failing = (status: number) => (): FakeAnswer => ({
  status,
  body: {error: {type: 'busy', reason: 'no'}, status},
});
const ENTRIES = numbersBelow(4).map((seq) => makeEntry(seq, `f${seq}`, {content: 'x'}));
const IDS = ENTRIES.map(({id}) => id);

void describe('the bulk loop', () => {
  test('sends again what was rejected for load, and nothing else', async () => {
    await withAnswers([items({1: 429, 3: 503}), items({0: 429}), items()], async ({store, sent, retries}) => {
      assert.deepEqual(await store.putEntries(ENTRIES), []);
      assert.deepEqual(sent, [IDS, [IDS[1], IDS[3]], [IDS[1]]]);
      assert.deepEqual(
        retries.map(({attempt, delayMs}) => [attempt, delayMs]),
        [
          [1, 225],
          [2, 450],
        ],
      );
    });
  });

  test('sends a request again that was not answered', async () => {
    const broken = (): FakeAnswer => (response) => response.destroy();
    await withAnswers([failing(503), broken, failing(429), items()], async ({store, sent}) => {
      assert.deepEqual(await store.putEntries(ENTRIES), []);
      assert.deepEqual(sent, [IDS, IDS, IDS, IDS]);
    });
  });

  test('gives up in the end', async () => {
    await withAnswers([items({2: 429}), items({0: 429})], async ({store, sent}) => {
      const error = await rejectsWith('BACKEND_UNAVAILABLE', store.putEntries(ENTRIES));
      assert.match(error.message, /because 429/);
      assert.equal(sent.length, 8);
    });
  });

  test('returns a document that is refused; the others are written', async () => {
    await withAnswers([items({2: 400})], async ({store, sent}) => {
      assert.deepEqual(await store.putEntries(ENTRIES), [{id: IDS[2], reason: 'because 400'}]);
      assert.equal(sent.length, 1);
    });
  });

  test('returns a document that makes the server fail again and again', async () => {
    await withAnswers([items({2: 500}), items({0: 500}), items({0: 500})], async ({store, sent}) => {
      assert.deepEqual(await store.putEntries(ENTRIES), [{id: IDS[2], reason: 'because 500'}]);
      assert.equal(sent.length, 3);
    });
  });

  test('halves a request that is too large, down to the document that is', async () => {
    const isBig = (id: string) => id === IDS[2];
    const tooLarge = (ids: string[]) =>
      ids.some(isBig) || ids.length > 2 ? {status: 413, body: ''} : items()(ids);
    await withAnswers([tooLarge], async ({store, sent}) => {
      const refused = await store.putEntries(ENTRIES);
      assert.deepEqual(
        refused.map(({id}) => id),
        [IDS[2]],
      );
      assert.match(refused[0]!.reason, /larger than OpenSearch takes/);
      assert.deepEqual(
        sent.map(({length}) => length),
        [4, 2, 2, 1, 1],
      );
    });
  });

  test('splits by bytes', async () => {
    await withAnswers([items()], async ({store, sent}) => {
      const content = 'é'.repeat(1_500_000);
      const entries = numbersBelow(7).map((seq) => makeEntry(seq, `f${seq}`, {content}));
      assert.deepEqual(await store.putEntries(entries), []);
      assert.deepEqual(
        sent.map(({length}) => length),
        [2, 2, 2, 1],
      );
    });
  });

  test('does not send a document that no server takes', async () => {
    await withAnswers([items()], async ({store, sent}) => {
      const big = makeEntry(9, 'big', {content: 'x'.repeat(96_000_000)});
      assert.deepEqual(
        (await store.putEntries([ENTRIES[0]!, big, ENTRIES[1]!])).map(({id}) => id),
        [big.id],
      );
      assert.deepEqual(sent, [[IDS[0], IDS[1]]]);
    });
  });

  for (const [status, code] of [
    [404, 'BACKEND_REFUSED'],
    [403, 'BACKEND_REFUSED'],
    [401, 'BACKEND_REFUSED'],
  ] as const) {
    test(`HTTP ${status} for a document is no fault of the document`, async () => {
      await withAnswers([items({1: status})], async ({store}) => {
        await rejectsWith(code, store.putEntries(ENTRIES));
      });
    });
  }

  test('an answer for another number of documents is no answer', async () => {
    await withAnswers(
      [() => ({body: {items: [{create: {status: 201}}]}}), items()],
      async ({store, sent}) => {
        assert.deepEqual(await store.putEntries(ENTRIES), []);
        assert.equal(sent.length, 2);
      },
    );
  });

  test('who lists refs waits for no refresh: those of an import take seconds', async () => {
    const asked: string[] = [];
    const answerOther = ({url}: FakeRequest): FakeAnswer => {
      asked.push(url.replace(/\?.*/, ''));
      return {body: {hits: {hits: []}}};
    };
    await withAnswers([], async ({store}) => assert.deepEqual(await store.listRefs('repo'), []), answerOther);
    assert.deepEqual(asked, ['/x-refs/_search']);
  });

  test('a ref that was written by the try whose answer was lost is no loss', async () => {
    const mine = makeRef('refs/heads/mine');
    const theirs = makeRef('refs/heads/theirs');
    const refs = [mine, theirs].map((record) => ({record, expected: undefined}));
    const stored = [toRefDocument(mine), toRefDocument({...theirs, entryCount: 7})];
    const answerOther = ({url, body}: FakeRequest): FakeAnswer => {
      if (url.endsWith('/_refresh')) return {body: {}};
      const [{_id}] = (JSON.parse(body) as {docs: [{_id: string}]}).docs;
      const _source = stored[_id === ids[0] ? 0 : 1];
      return {body: {docs: [{_id, found: true, _seq_no: 1, _primary_term: 1, _source}]}};
    };
    let ids: string[] = [];
    const lost = (sent: string[]): FakeAnswer => {
      ids = sent;
      return (response) => response.destroy();
    };
    await withAnswers(
      [lost, items({0: 409, 1: 409})],
      async ({store}) => assert.deepEqual(await store.putRefs(refs), ['refs/heads/theirs']),
      answerOther,
    );
  });
});
