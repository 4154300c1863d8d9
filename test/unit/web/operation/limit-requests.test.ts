import assert from 'node:assert/strict';
import {once} from 'node:events';
import {type AddressInfo, connect} from 'node:net';
import {text as readText} from 'node:stream/consumers';
import {test} from 'node:test';
import {serve} from '@hono/node-server';
import {Hono} from 'hono';
import {text} from '../../../../src/web/access/refusal.ts';
import {limitRequests} from '../../../../src/web/operation/limit-requests.ts';

for (const head of [
  'GET /repo/info/refs?service=git-receive-pack',
  'GET /repo/info/refs?service=git-upload-pack',
  'POST /repo/git-receive-pack',
  'GET /repo',
]) {
  test(`${head}: a body that never comes ends the connection, though the answer was given before`, async () => {
    const app = new Hono();
    limitRequests(app, {basePath: '', bodyMaxMs: 20});
    app.all('*', () => text(401, 'A token, please.'));
    const server = serve({fetch: app.fetch, port: 0, hostname: '127.0.0.1'});
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(`${head} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx`);
    // Resolves when the server has closed it.
    assert.match(await readText(socket), /^HTTP\/1\.1 401 /);
    server.close();
    await once(server, 'close');
  });
}
