import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import type {CtrError, CtrErrorCode} from '../../../src/util/ctr-error.ts';
import {bannerOf, CERTIFICATE, type FakeAnswer, startFake} from './fake-opensearch.ts';
import {rejectsWith} from './open-store.ts';

type Options = Partial<Parameters<typeof openOpenSearchIndex>[0]>;

const opened = (url: string, options: Options = {}) => openOpenSearchIndex({url, index: 'x', ...options});

/** Opening on a server that answers everything with `answer` fails like this. */
async function refusal(code: CtrErrorCode, answer: FakeAnswer, options: Options = {}): Promise<CtrError> {
  await using fake = await startFake(() => answer);
  const error = await rejectsWith(code, opened(fake.url, options));
  assert.ok(`${error.message} ${error.hint}`.includes(fake.url) || error.code === 'BACKEND_UNSUPPORTED');
  return error;
}

void describe('opening an OpenSearch index', () => {
  for (const version of ['2.19.0', '2.20.1', '3.0.0', '4.0.0-SNAPSHOT']) {
    test(`OpenSearch ${version} will do`, async () => {
      await using fake = await startFake(() => bannerOf(version));
      await using store = await opened(fake.url);
      assert.equal(store.engine, `OpenSearch ${version}`);
      assert.equal(fake.requests.length, 1);
    });
  }

  const UNSUPPORTED: Record<string, [FakeAnswer, RegExp]> = {
    'OpenSearch 2.18': [bannerOf('2.18.0'), /OpenSearch 2\.18\.0 at .* is too old/],
    'OpenSearch 1.3': [bannerOf('1.3.20'), /too old/],
    Elasticsearch: [bannerOf('8.15.0', 'default'), /not OpenSearch \(version 8\.15\.0\)/],
    'Elasticsearch 7, which names no distribution': [{body: {version: {number: '7.17.0'}}}, /not OpenSearch/],
    'another program': [{body: {hello: 'world'}}, /not OpenSearch/],
    'a web page': [{body: '<html>hello</html>'}, /not OpenSearch/],
    'broken JSON': [
      (response) => response.writeHead(200, {'content-type': 'application/json'}).end('{"a'),
      /not OpenSearch/,
    ],
  };
  for (const [what, [answer, message]] of Object.entries(UNSUPPORTED)) {
    test(`${what} will not do`, async () => {
      const error = await refusal('BACKEND_UNSUPPORTED', answer);
      assert.match(error.message, message);
      assert.ok(error.hint);
    });
  }

  test('credentials are sent, and named when they are wrong', async () => {
    const basic = `Basic ${Buffer.from('ada:s3cr&t').toString('base64')}`;
    const answer = ({authorization}: {authorization: string | undefined}): FakeAnswer =>
      authorization === basic ? bannerOf('3.0.0') : {status: 401, body: 'Unauthorized'};
    await using fake = await startFake(answer);
    await using given = await opened(fake.url, {username: 'ada', password: 's3cr&t'});
    await using inUrl = await opened(fake.url.replace('//', '//ada:s3cr%26t@'));
    assert.equal(given.engine, inUrl.engine);

    const error = await rejectsWith('BACKEND_REFUSED', opened(fake.url.replace('//', '//ada:wrong@')));
    assert.match(error.hint ?? '', /CTR_INDEX_USERNAME.*CTR_INDEX_PASSWORD/);
    assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`, /wrong/);
  });

  test('missing permissions', async () => {
    const body = {
      error: {type: 'security_exception', reason: 'no permissions for [cluster:monitor/main]'},
      status: 403,
    };
    const error = await refusal('BACKEND_REFUSED', {status: 403, body});
    assert.match(error.message, /no permissions for/);
    assert.match(error.hint ?? '', /CTR_INDEX_USERNAME/);
  });

  test('nobody there: the address without credentials, and what to do', async () => {
    const fake = await startFake(() => bannerOf('3.0.0'));
    await fake[Symbol.asyncDispose]();
    const error = await rejectsWith('BACKEND_UNAVAILABLE', opened(fake.url.replace('//', '//ada:s3cret@')));
    assert.match(error.message, new RegExp(`cannot reach OpenSearch at ${fake.url}: .*ECONNREFUSED`));
    assert.equal(error.hint, 'Start it, or set ctr.index.url. Queued pushes are kept.');
    assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`, /s3cret/);
  });

  test('a name that stands for nothing', async () => {
    const error = await rejectsWith(
      'BACKEND_UNAVAILABLE',
      opened('http://nobody.invalid:9200', {timeoutMs: 5000}),
    );
    assert.match(error.message, /cannot reach OpenSearch at http:\/\/nobody\.invalid:9200/);
  });

  test('localhost, which is two addresses', async () => {
    const fake = await startFake(() => bannerOf('3.0.0'));
    await fake[Symbol.asyncDispose]();
    const error = await rejectsWith(
      'BACKEND_UNAVAILABLE',
      opened(fake.url.replace('127.0.0.1', 'localhost')),
    );
    assert.match(error.message, /ECONNREFUSED/);
  });

  for (const status of [429, 502, 503, 504]) {
    test(`overload, HTTP ${status}`, async () => {
      await refusal('BACKEND_UNAVAILABLE', {
        status,
        body: {error: {type: 'busy', reason: 'not now'}, status},
      });
    });
  }

  test('no answer at all', async () => {
    const error = await refusal('BACKEND_UNAVAILABLE', () => undefined, {timeoutMs: 100});
    assert.match(error.message, /no answer within 0\.1 s/);
  });

  test('an answer that stops half way', async () => {
    const stall: FakeAnswer = (response) =>
      response.writeHead(200, {'content-type': 'application/json'}).write('{"ver');
    await refusal('BACKEND_UNAVAILABLE', stall, {timeoutMs: 100});
  });

  test('a connection that breaks half way', async () => {
    await refusal('BACKEND_UNAVAILABLE', (response) => {
      response.writeHead(200, {'content-type': 'application/json', 'content-length': '100'});
      response.write('{"ver', () => response.destroy());
    });
  });

  test('a certificate that nobody trusts, until its authority is named', async () => {
    await using fake = await startFake(() => bannerOf('3.0.0'), {isTls: true});
    const error = await rejectsWith('BACKEND_REFUSED', opened(fake.url));
    assert.match(error.message, /TLS.*self-signed certificate/);
    assert.match(error.hint ?? '', /ctr\.index\.caFile/);

    const folder = await mkdtemp(join(tmpdir(), 'ctr-ca-'));
    try {
      const caFile = join(folder, 'ca.pem');
      await writeFile(caFile, CERTIFICATE);
      await using store = await opened(fake.url, {caFile});
      assert.equal(store.engine, 'OpenSearch 3.0.0');
    } finally {
      await rm(folder, {recursive: true});
    }
  });

  test('https where http is spoken', async () => {
    await using fake = await startFake(() => bannerOf('3.0.0'));
    await rejectsWith('BACKEND_REFUSED', opened(fake.url.replace('http:', 'https:')));
  });

  for (const url of ['', 'localhost:9200', 'ftp://localhost', 'http://']) {
    test(`"${url}" is no address`, async () => {
      await rejectsWith('CONFIG', opened(url));
    });
  }

  test('a CA file that is not there', async () => {
    const error = await rejectsWith('CONFIG', opened('https://localhost', {caFile: '/nowhere/ca.pem'}));
    assert.match(error.message, /\/nowhere\/ca\.pem/);
  });
});
