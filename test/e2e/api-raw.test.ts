import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {test} from 'node:test';
import {serve} from '@hono/node-server';
import {openApiWorld} from '../support/api-world.ts';
import {describeBackends, until} from '../support/ctr-rig.ts';
import {WebRig} from '../support/web-rig.ts';

describeBackends('raw bytes of the API', (backend) => {
  test('raw bytes run nowhere, and no other origin reads', async () => {
    await using rig = await openApiWorld(backend);
    rig.commit('page', {'page.html': '<script>alert(1)</script>', 'x.svg': '<svg onload="alert(1)"/>'});
    rig.push('main');
    await rig.sync();
    await using web = await WebRig.open(rig);
    for (const [path, type, disposition] of [
      ['page.html', 'text/plain; charset=utf-8', 'inline'],
      ['x.svg', 'text/plain; charset=utf-8', 'inline'],
      ['latin.txt', 'text/plain; charset=', 'inline'],
      ['img/x.png', 'image/png', 'inline'],
    ] as const) {
      const {headers} = await web.ask(`/repo/head/raw/${path}`, {headers: {Origin: 'http://evil.example'}});
      assert.ok(headers.get('content-type')!.startsWith(type), `${path}: ${headers.get('content-type')}`);
      assert.ok(headers.get('content-disposition')!.startsWith(disposition), path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox");
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('a client that leaves in the middle of a large file leaves nothing open', async () => {
    await using rig = await openApiWorld(backend);
    const large = randomBytes(12_000_000);
    rig.commit('large', {'large.bin': large});
    rig.push('main');
    await rig.sync();
    await using web = await WebRig.open(rig);
    const server = serve({fetch: web.app.fetch, port: 0, hostname: '127.0.0.1'});
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/api/v1/repo/head/raw/large.bin`;
    try {
      const part = await fetch(url, {headers: {Range: 'bytes=4000000-8000000'}});
      assert.ok(large.subarray(4_000_000, 8_000_001).equals(Buffer.from(await part.arrayBuffer())));
      const before = openDescriptors();
      for (let i = 0; i < 10; i++) {
        const leaving = new AbortController();
        const answer = await fetch(url, {signal: leaving.signal});
        await answer.body!.getReader().read();
        leaving.abort();
      }
      await until(() => openDescriptors() <= before, 'everything to be closed');
    } finally {
      server.close();
      await once(server, 'close');
    }
  });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
