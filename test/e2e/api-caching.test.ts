import assert from 'node:assert/strict';
import {test} from 'node:test';
import {git, gitLines, openApiWorld, problemOf} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

describeBackends('caching of the API', (backend) => {
  test('bytes come in ranges, are known again by their oid, and a commit is for ever', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    const [oid] = gitLines(rig, 'rev-parse', 'main');
    for (const path of ['README.md', 'img/x.png', 'latin.txt']) {
      const whole = git(rig, 'cat-file', 'blob', `main:${path}`);
      const part = await web.ask(`/repo/head/raw/${path}`, {headers: {Range: 'bytes=3-5'}});
      assert.equal(part.status, 206, path);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(3, 6), path);
      assert.equal(part.headers.get('content-range'), `bytes 3-5/${whole.length}`);
      const beyond = await problemOf(web, `/repo/head/raw/${path}`, {headers: {Range: 'bytes=9999-'}});
      assert.deepEqual(
        [beyond.status, beyond.headers.get('content-range')],
        [416, `bytes */${whole.length}`],
      );
      const known = await web.ask(`/repo/r/${oid}/raw/${path}`, {
        headers: {'If-None-Match': part.headers.get('etag')!},
      });
      assert.deepEqual([known.status, await known.text()], [304, '']);
      const head = await web.ask(`/repo/head/raw/${path}`, {method: 'HEAD'});
      assert.deepEqual([head.headers.get('content-length'), await head.text()], [String(whole.length), '']);
    }
    for (const [path, caching] of [
      [`/repo/r/${oid}/tree`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/raw/README.md`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/history`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/file/README.md`, 'private, no-cache'],
      [`/repo/r/${oid}/commit`, 'private, no-cache'],
      [`/repo/r/${oid!.slice(0, 10)}/tree`, 'private, no-cache'],
      ['/repo/head/tree', 'private, no-cache'],
      ['/repo/refs/main/raw/README.md', 'private, no-cache'],
      [`/repo/r/${oid}/search?q=hello`, 'private, no-cache'],
    ] as const) {
      assert.equal((await web.ask(path)).headers.get('cache-control'), caching, path);
    }
    for (const path of [`/repo/r/${oid}/tree`, '/repo/head/file/README.md']) {
      const etag = (await web.ask(path)).headers.get('etag')!;
      assert.match(etag, new RegExp(`^W/"${oid}`));
      for (const known of [etag, '*']) {
        assert.equal((await web.ask(path, {headers: {'If-None-Match': known}})).status, 304);
        for (const other of [
          '/repo/head/file/nowhere',
          `/repo/r/${oid}/raw/nowhere`,
          '/repo/head/tree/nowhere',
        ]) {
          assert.equal((await web.ask(other, {headers: {'If-None-Match': known}})).status, 404, other);
        }
      }
    }
    const etag = (await web.ask('/repo/head/tree')).headers.get('etag')!;
    rig.commit('three', {'three.txt': '3\n'});
    rig.push('main');
    await rig.sync();
    assert.equal((await web.ask('/repo/head/tree', {headers: {'If-None-Match': etag}})).status, 200);
  });

  test('what settings change is not taken for unchanged after a reindex', async () => {
    await using rig = await openApiWorld(backend);
    const [oid] = gitLines(rig, 'rev-parse', 'main');
    const path = `/repo/r/${oid}/file/README.md`;
    const etags: string[] = [];
    for (const maxBytes of ['2m', '1']) {
      rig.configure({'ctr.text.maxBytes': maxBytes});
      await rig.ctr('reindex');
      await using web = await WebRig.open(rig);
      const answer = await web.ask(path, {headers: {'If-None-Match': etags.join() || '"none"'}});
      assert.equal(answer.status, 200, maxBytes);
      const {notIndexed} = (await answer.json()) as Json;
      assert.equal(notIndexed, maxBytes === '1' ? 'too-large' : null);
      etags.push(answer.headers.get('etag')!);
    }
  });
});
