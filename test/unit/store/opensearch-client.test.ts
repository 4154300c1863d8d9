import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer, type IncomingMessage} from 'node:http';
import {createRequire} from 'node:module';
import type {AddressInfo} from 'node:net';
import {describe, test} from 'node:test';
import {Connection} from '@opensearch-project/opensearch';
import {exitCodeOf} from './hang.ts';

/**
 * The faults of the client that src/store/opensearch goes around. A test that fails here says that a fault is gone:
 * then what goes around it can go, too.
 */
describe('the OpenSearch client still', () => {
  test('loads every method of its API with its entry point (opensearch-js #1132)', () => {
    const require = createRequire(import.meta.url);
    require('@opensearch-project/opensearch');
    const methods = Object.keys(require.cache).filter((file) => /opensearch\/api\//.test(file));
    assert.ok(methods.length > 500, `${methods.length} files`);
  });

  test('has no timeout for the body of an answer', async () => {
    await using exchange = await openExchange();
    exchange.request.emit('timeout');
    assert.equal(exchange.request.destroyed, false);
    assert.equal(exchange.response.destroyed, false);
  });

  test('prints on stdout what fails after the head of an answer', async (t) => {
    const {mock} = t.mock.method(console, 'log', () => undefined);
    await using exchange = await openExchange();
    exchange.request.emit('error', new Error('late'));
    assert.match(String(mock.calls[0]?.arguments), /ignoring error after response.*late/);
  });

  test('does not say why no address of a server could be reached', async () => {
    const connection = new Connection({url: new URL('http://localhost:9')});
    const {promise, resolve} = Promise.withResolvers<Error>();
    const request = connection.request({method: 'GET', path: '/'}, (error) => resolve(error!));
    request.destroy(new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:9')]));
    const {message, cause} = await promise;
    assert.deepEqual({message, cause}, {message: 'Connection Error', cause: undefined});
  });

  test('hangs in its bulk helper when an answer takes longer than its flush interval (opensearch-js #1061)', async () => {
    assert.equal(await exitCodeOf('bulk'), 'hangs');
  });
});

/** A request of the client whose answer has begun and does not end. */
async function openExchange() {
  const server = createServer((_request, response) => void response.write('{'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const {promise, resolve, reject} = Promise.withResolvers<IncomingMessage>();
  const request = new Connection({url, agent: {keepAlive: false}}).request(
    {method: 'GET', path: '/'},
    (error, response) => (response ? resolve(response) : reject(error!)),
  );
  const response = await promise;
  response.on('error', () => undefined);
  return {
    request,
    response,
    async [Symbol.asyncDispose]() {
      response.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
