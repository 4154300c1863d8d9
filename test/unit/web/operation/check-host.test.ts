import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Hono} from 'hono';
import {checkHost, knownHosts} from '../../../../src/web/operation/check-host.ts';

for (const [listen, named, allowed, refused] of [
  [
    '127.0.0.1:0',
    [],
    ['localhost', 'LocalHost:80', '127.0.0.1:8417', '[::1]:1', '[::1]'],
    ['evil.example', ''],
  ],
  ['127.1:80', [], ['localhost', '127.0.0.1'], ['evil.example', '127.0.0.1.evil.example', 'localhost@evil']],
  ['[0:0:0:0:0:0:0:1]:80', [], ['[::1]:80'], ['evil.example:80', '[::2]']],
  ['localhost:80', ['Code.Example'], ['code.example:443', 'localhost'], ['evil.example', 'x.code.example']],
  ['0.0.0.0:80', [], ['evil.example', '10.0.0.1'], []],
  ['0.0.0.0:80', ['code.example'], ['code.example', '127.0.0.1:80'], ['evil.example', '10.0.0.1']],
] as const) {
  test(`at ${listen}, named ${named.join() || 'nothing'}: answers ${allowed}, and not ${refused}`, async () => {
    const app = new Hono();
    checkHost(app, knownHosts(listen, named));
    app.get('/', (c) => c.text('here'));
    const statusOf = async (host: string) => (await app.request('/', {headers: {host}})).status;
    for (const host of allowed) assert.equal(await statusOf(host), 200, host);
    for (const host of refused) assert.equal(await statusOf(host), 403, host);
  });
}
