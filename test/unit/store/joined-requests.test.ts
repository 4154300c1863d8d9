import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {joining} from '../../../src/store/opensearch/joined-requests.ts';
import type {ServerAnswer, ServerRequest} from '../../../src/store/opensearch/server-request.ts';
import {whileTogether} from '../../../src/util/together.ts';

/** A server that answers each request by `answer`, and what it was asked. */
function recording(answer: (request: ServerRequest) => ServerAnswer, place = 'here') {
  const asked: ServerRequest[] = [];
  const ask = joining(async (request) => {
    asked.push(request);
    return answer(request);
  }, place);
  return {asked, ask};
}

const search = (index: string): ServerRequest => ({
  method: 'POST',
  path: `/${index}/_search`,
  query: {allow_partial_search_results: false},
  body: {size: 1},
  isSearch: true,
});
const read = (index: string, ids: readonly string[], answerBytes?: number): ServerRequest => ({
  method: 'POST',
  path: `/${index}/_mget`,
  body: {docs: ids.map((_id) => ({_id, _source: true}))},
  answerBytes,
});
const readOne = (index: string, id: string): ServerRequest => ({method: 'GET', path: `/${index}/_doc/${id}`});
const pathsOf = (requests: readonly ServerRequest[]) => requests.map(({path}) => path);

/** Finds every document but `none`, in every index but `gone`. */
function answerReads({body}: ServerRequest): ServerAnswer {
  const docs = (body as {docs: {_index?: string; _id: string}[]}).docs.map(({_index, _id}) =>
    _index === 'gone'
      ? {_index, _id, error: {type: 'index_not_found_exception'}}
      : {_index, _id, found: _id !== 'none'},
  );
  return {status: 200, body: {docs}};
}

void describe('requests that are asked together', () => {
  test('searches are one request, each with its own answer or failure', async () => {
    const {asked, ask} = recording(() => ({
      status: 200,
      body: {
        responses: [
          {hits: 1, status: 200},
          {error: {type: 'x'}, status: 400},
        ],
      },
    }));
    const answers = await whileTogether(() => Promise.all([ask(search('a')), ask(search('b'))]));
    assert.deepEqual(
      answers.map(({status, body}) => [status, body.hits, body.error?.type]),
      [
        [200, 1, undefined],
        [400, undefined, 'x'],
      ],
    );
    assert.deepEqual(pathsOf(asked), ['/_msearch']);
    assert.equal(
      asked[0]!.lines!.toString(),
      ['a', 'b']
        .map((index) => `{"index":"${index}","allow_partial_search_results":false}\n{"size":1}\n`)
        .join(''),
    );
  });

  test('reads of several documents are one request, and so are reads of one', async () => {
    const {asked, ask} = recording(answerReads);
    const [first, second, one, none, gone] = await whileTogether(() =>
      Promise.all([
        ask(read('a', ['1', '2'])),
        ask(read('b', ['3'])),
        ask(readOne('a', '4')),
        ask(readOne('b', 'none')),
        ask(readOne('gone', '5')),
      ]),
    );
    const idsOf = ({body}: ServerAnswer) => body.docs.map(({_id}: {_id: string}) => _id);
    assert.deepEqual([idsOf(first), idsOf(second)], [['1', '2'], ['3']]);
    assert.deepEqual([one.status, one.body._id], [200, '4']);
    assert.deepEqual([none.status, none.body.error], [404, undefined]);
    assert.deepEqual([gone.status, gone.body.error.type], [404, 'index_not_found_exception']);
    assert.deepEqual(pathsOf(asked), ['/_mget', '/_mget']);
  });

  test('equal ones are asked once, and share the answer', async () => {
    const {asked, ask} = recording(answerReads);
    const answers = await whileTogether(() =>
      Promise.all(['1', '2', '1', '1'].map((id) => ask(readOne('a', id)))),
    );
    assert.deepEqual(
      answers.map(({body}) => body._id),
      ['1', '2', '1', '1'],
    );
    assert.deepEqual(
      asked.map(({body}) => body),
      [{docs: ['1', '2'].map((_id) => ({_index: 'a', _id}))}],
    );
  });

  test('one that is alone goes as it is, and so does one that is asked by itself', async () => {
    const {asked, ask} = recording(answerReads);
    await whileTogether(() => ask(read('a', ['1'])));
    await Promise.all([ask(read('b', ['1'])), ask(read('c', ['1']))]);
    assert.deepEqual(pathsOf(asked), ['/a/_mget', '/b/_mget', '/c/_mget']);
  });

  test('what is written, what is scrolled, and what is asked elsewhere or by others, is never joined', async () => {
    const here = recording(answerReads);
    const there = recording(answerReads, 'there');
    const put = (index: string): ServerRequest => ({
      method: 'PUT',
      path: `/${index}/_doc/1`,
      body: {docs: []},
    });
    await whileTogether(() =>
      Promise.all([
        here.ask(put('a')),
        here.ask(put('b')),
        here.ask({...read('g', []), path: '/g/_search', query: {scroll: '1m'}}),
        here.ask({...read('h', []), path: '/h/_search', query: {scroll: '1m'}}),
        here.ask({...read('i', []), path: '/i/_search'}),
        here.ask({...read('j', []), path: '/j/_search', signal: new AbortController().signal}),
        here.ask(read('c', [])),
        there.ask(read('d', [])),
      ]),
    );
    await Promise.all(['e', 'f'].map((index) => whileTogether(() => here.ask(read(index, [])))));
    assert.deepEqual(pathsOf(here.asked).sort(), [
      '/a/_doc/1',
      '/b/_doc/1',
      '/c/_mget',
      '/e/_mget',
      '/f/_mget',
      '/g/_search',
      '/h/_search',
      '/i/_search',
      '/j/_search',
    ]);
    assert.deepEqual(pathsOf(there.asked), ['/d/_mget']);
  });

  test('large answers come apart, and many small ones in several requests', async () => {
    const {asked, ask} = recording(answerReads);
    const large = Array.from({length: 4}, (_, at) => read('a', [`${at}`], 7_000_000));
    await whileTogether(() => Promise.all(large.map(ask)));
    assert.deepEqual(pathsOf(asked), ['/_mget', '/_mget']);
    asked.length = 0;
    await whileTogether(() => Promise.all(Array.from({length: 300}, (_, at) => ask(read('a', [`${at}`])))));
    assert.equal(asked.length, 3);
    asked.length = 0;
    const long = Array.from({length: 3}, (_, at) => read('a', [`${at}`.repeat(7_000_000)]));
    await whileTogether(() => Promise.all(long.map(ask)));
    assert.equal(asked.length, 2);
  });

  test('a failure of the whole is that of each', async () => {
    const {ask} = recording(() => ({status: 503, body: {error: 'overloaded'}}));
    const answers = await whileTogether(() => Promise.all([ask(search('a')), ask(search('b'))]));
    assert.deepEqual(
      answers.map(({status}) => status),
      [503, 503],
    );
    const broken = joining(() => Promise.reject(new Error('cut')), 'here');
    const asked = whileTogether(() => Promise.allSettled([broken(search('a')), broken(search('b'))]));
    assert.deepEqual(
      (await asked).map(({status}) => status),
      ['rejected', 'rejected'],
    );
  });
});
