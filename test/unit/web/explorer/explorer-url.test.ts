import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import fc from 'fast-check';
import {decodePath} from '../../../../src/domain/path.ts';
import {formatUrl, type Place, parseUrl, VIEWS} from '../../../../src/web/explorer/explorer-url.ts';

const FULL = '/demo/branches/feature/x/tree/docs';

const CASES: readonly [url: string, meaning: unknown][] = [
  ['', {page: 'repositories'}],
  ['/', {page: 'repositories'}],
  ['/demo', place('tree', '')],
  ['/demo/', place('tree', '')],
  ['/demo/tree', place('tree', '')],
  ['/demo/tree/docs/', place('tree', 'docs')],
  ['/demo/file/docs/a.md', place('file', 'docs/a.md')],
  ['/demo/raw/docs/a%20b.md', place('raw', 'docs/a b.md')],
  ['/demo/history/tree/file', place('history', 'tree/file')],
  ['/demo/raw/caf%E9', place('raw', decodePath(Buffer.from('caf\xe9', 'latin1')))],
  ['/demo/raw/caf%C3%A9', place('raw', 'café')],
  ['/demo/file/~../~./~~..', place('file', '.././~..')],
  ['/demo/file/~x', place('file', '~x')],
  ['/demo/branches', {page: 'branches', repo: 'demo'}],
  ['/demo/tags/', {page: 'tags', repo: 'demo'}],
  ['/demo/compare', {page: 'compare', repo: 'demo'}],
  ['/demo/commit/abc', {page: 'commit', repo: 'demo', oid: 'abc'}],
  ['/demo/commit', undefined],
  ['/demo/commit/a/b', undefined],
  ['/demo/tags/v1', undefined],
  ['/demo/nothing', undefined],
  ['/demo/r', undefined],
  ['/demo/file/100%', undefined],
  ['/demo/file/%zz', undefined],
];

function place(view: string, path: string): unknown {
  return {page: 'place', readings: [{repo: 'demo', revision: {family: 'head'}, view, path}]};
}

describe('parseUrl', () => {
  for (const [url, meaning] of CASES) {
    test(url || '(empty)', () => assert.deepEqual(parseUrl(url), meaning));
  }

  test('a branch with slashes can be read in several ways, the longest name first', () => {
    assert.deepEqual(readingsOf(FULL), [
      ['feature/x/tree/docs', 'tree', ''],
      ['feature/x', 'tree', 'docs'],
    ]);
    assert.deepEqual(readingsOf('/demo/r/refs/heads/a/file/tree/raw/x'), [
      ['refs/heads/a/file/tree/raw/x', 'tree', ''],
      ['refs/heads/a/file/tree', 'raw', 'x'],
      ['refs/heads/a/file', 'tree', 'raw/x'],
      ['refs/heads/a', 'file', 'tree/raw/x'],
    ]);
  });

  test('of very many readings those with the shortest names', () => {
    const readings = readingsOf(`/demo/branches/b${'/tree'.repeat(5000)}`);
    assert.equal(readings.length, 32);
    assert.equal(readings.at(-1)![0], 'b');
  });
});

describe('formatUrl', () => {
  test('is read as what it was made from', () => {
    const bytes = fc
      .uint8Array({minLength: 1, maxLength: 12})
      .map((array) =>
        decodePath(Buffer.from(array.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte)))),
      );
    const name = fc.oneof(
      bytes,
      fc.constantFrom('.', '..', '~', '~.', '~~..', '%', '%2e', 'a b', '<&">', ...VIEWS),
    );
    const path = fc.array(name, {maxLength: 4}).map((names) => names.join('/'));
    const revision = fc.oneof(
      fc.constant({family: 'head'} as const),
      fc.record({
        family: fc.constantFrom('branch' as const, 'revision' as const),
        name: path.filter(Boolean),
      }),
    );
    const places = fc.record({repo: name, revision, view: fc.constantFrom(...VIEWS), path});
    fc.assert(
      fc.property(places, (wanted: Place) => {
        const url = formatUrl(wanted);
        // What every client does with a URL changes nothing.
        assert.equal(new URL(url, 'http://host').pathname, url);
        const parsed = parseUrl(url);
        assert.ok(parsed?.page === 'place');
        assert.ok(
          parsed.readings.some((reading) => JSON.stringify(reading) === JSON.stringify(wanted)),
          JSON.stringify(parsed),
        );
      }),
      {numRuns: 500},
    );
  });
});

function readingsOf(url: string): [string, string, string][] {
  const parsed = parseUrl(url);
  assert.ok(parsed?.page === 'place');
  return parsed.readings.map(({revision, view, path}) => [
    'name' in revision ? revision.name : '',
    view,
    path,
  ]);
}
