import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {parseRoute} from '../../../../src/web/api/route.ts';

const WORDS = ['', 'tree', 'raw'];

const NOT_REVISIONS: readonly [url: string, route: unknown][] = [
  ['/openapi.json', {kind: 'document'}],
  ['/repositories', {kind: 'repositories'}],
  ['/demo', undefined],
  ['/demo/refs', {kind: 'refs', repository: 'demo'}],
  ['/demo/refs/', {kind: 'refs', repository: 'demo'}],
  ['/a%20b/refs', {kind: 'refs', repository: 'a b'}],
  ['/demo/branches/main', undefined],
  ['/demo/head/nothing', undefined],
  ['/demo/r', undefined],
  ['/demo/r/', undefined],
  ['/demo/r/abc/nothing', undefined],
];

/** The longest name first: family, name, word, path. */
const REVISIONS: readonly [url: string, readings: readonly string[]][] = [
  ['/demo/head', ['head | ']],
  ['/demo/head/', ['head | ']],
  ['/demo/head/tree/a/b', ['head |tree a/b']],
  ['/demo/r/abc', ['commit abc| ']],
  ['/demo/r/abc/raw/caf%E9', ['commit abc|raw caf\uefe9']],
  ['/demo/r/abc/raw/caf%EE%BF%A9', ['commit abc|raw caf\uefe9']],
  ['/demo/refs/main', ['ref main| ']],
  ['/demo/refs/main/', ['ref main/| ', 'ref main| ']],
  ['/demo/refs/a/tree/raw', ['ref a/tree/raw| ', 'ref a/tree|raw ', 'ref a|tree raw']],
  ['/demo/refs/a%2Ftree%2Fraw/tree/x', ['ref a/tree/raw/tree/x| ', 'ref a/tree/raw|tree x']],
];

describe('parseRoute', () => {
  for (const [url, route] of NOT_REVISIONS) test(url, () => assert.deepEqual(parseRoute(url, WORDS), route));
  for (const [url, readings] of REVISIONS) {
    test(url, () => {
      const route = parseRoute(url, WORDS);
      assert.ok(route?.kind === 'revision');
      const shown = route.readings.map(
        ({revision, word, path}) =>
          `${revision.family} ${'name' in revision ? revision.name : ''}|${word} ${path}`,
      );
      assert.deepEqual(shown, readings);
    });
  }
});
