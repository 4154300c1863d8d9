import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Bitmap} from '../../../src/domain/bitmap.ts';
import {openLatestCommits} from '../../../src/sync/latest-commits.ts';

const MIB = 1024 * 1024;

function openWith(bytesByOid: Readonly<Record<string, number>>) {
  const disposed: string[] = [];
  const commits = openLatestCommits<{readonly history: Bitmap; readonly oid: string}>(
    ({oid}) => bytesByOid[oid] ?? 0,
  );
  const put = (oid: string) => {
    const history = Bitmap.of();
    const dispose = history[Symbol.dispose].bind(history);
    history[Symbol.dispose] = () => {
      disposed.push(oid);
      dispose();
    };
    commits.set(oid, {oid, history});
  };
  return {commits, disposed, put, kept: (oids: string) => oids.split('').filter((oid) => commits.get(oid))};
}

test('the commit that was asked for longest ago goes first, and frees its history', () => {
  const {commits, disposed, put, kept} = openWith({a: 7 * MIB, b: 7 * MIB, c: 7 * MIB});
  put('a');
  put('b');
  commits.get('a');
  put('c');
  assert.deepEqual(kept('abc'), ['a', 'c']);
  assert.deepEqual(disposed, ['b']);
});

test('the last commit is kept alone where it is larger than the limit', () => {
  const {disposed, put, kept} = openWith({large: 100 * MIB});
  put('a');
  put('large');
  assert.deepEqual(kept('a'), []);
  assert.deepEqual(disposed, ['a']);
  put('b');
  assert.deepEqual(disposed, ['a', 'large']);
});

test('a commit that is set again frees its old history, and clear frees all', () => {
  const {commits, disposed, put, kept} = openWith({});
  put('a');
  put('a');
  assert.deepEqual(disposed, ['a']);
  put('b');
  commits.clear();
  assert.deepEqual(disposed.toSorted(), ['a', 'a', 'b']);
  assert.deepEqual(kept('ab'), []);
});
