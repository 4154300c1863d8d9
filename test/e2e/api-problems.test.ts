import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openApiWorld, problemOf} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {WebRig} from '../support/web-rig.ts';

describeBackends('failures of the API', (backend) => {
  test('what is wrong is said in one way', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    for (const [path, status, code] of [
      ['/', 404, 'NOT_FOUND'],
      ['/nothing', 404, 'NOT_FOUND'],
      ['/none/refs', 404, 'NOT_FOUND'],
      ['/repo/head/blob/x', 404, 'NOT_FOUND'],
      ['/repo/refs/none/tree', 404, 'UNKNOWN_REF'],
      ['/repo/r/abcdabcd', 404, 'UNKNOWN_REF'],
      ['/repo/r/main', 404, 'UNKNOWN_REF'],
      ['/repo/r/..%2f..', 404, 'UNKNOWN_REF'],
      ['/repo/head/raw/none', 404, 'NOT_FOUND'],
      ['/repo/head/raw/src', 404, 'NOT_FOUND'],
      ['/repo/head/raw', 400, 'USAGE'],
      ['/repo/head/commit/x', 404, 'NOT_FOUND'],
      ['/repo/head/search', 400, 'USAGE'],
      ['/repo/head/search?q=', 400, 'QUERY'],
      ['/repo/head/search?q=%22open', 400, 'QUERY'],
      ['/repo/head/search?q=x&limit=100000', 400, 'USAGE'],
      [`/repo/head/search?q=${'x'.repeat(4097)}`, 400, 'USAGE'],
      [`/repo/head/search?q=path:${'*a'.repeat(200)}`, 400, 'QUERY'],
      [`/repo/head/search?q=${Array.from({length: 100}, (_, at) => `a${at}`).join('+')}`, 400, 'QUERY'],
      ['/repo/head/tree?limit=0', 400, 'USAGE'],
      ['/repo/head/tree?limit=x', 400, 'USAGE'],
      ['/repo/head/tree?limit=1&limit=2', 400, 'USAGE'],
      ['/repo/head/tree?colour=red', 400, 'USAGE'],
      [`/repo/head/file?path=${'x'.repeat(5000)}`, 400, 'USAGE'],
    ] as const) {
      const problem = await problemOf(web, path);
      assert.deepEqual([problem.status, problem.code], [status, code], path);
      assert.doesNotMatch(problem.hint ?? '', /\bctr\b|--|\bgit\b/, path);
    }
    for (const path of ['/repo/head/tree', '/repositories', '/repo/refs', '/openapi.json']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const {status, headers} = await problemOf(web, path, {method});
        assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD, OPTIONS'], `${method} ${path}`);
      }
      const {status, headers} = await web.ask(path, {method: 'OPTIONS'});
      assert.deepEqual([status, headers.get('allow')], [204, 'GET, HEAD, OPTIONS'], path);
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
    const searching = await web.ask('/repo/head/_search', {method: 'OPTIONS'});
    assert.equal(searching.headers.get('allow'), 'GET, POST, HEAD, OPTIONS');
  });
});
