import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {CommitSummary} from '../../../src/domain/commit.ts';
import {takeChanged} from '../../../src/read/last-commits.ts';

const CASES: readonly [name: string, start: string, paths: readonly string[], found: readonly string[]][] = [
  ['a file of the root', '', ['a.txt'], ['a.txt']],
  ['something below a directory of the root', '', ['docs/x/y.md'], ['docs']],
  ['a file of the directory', 'docs/', ['docs/a.md'], ['a.md']],
  ['below a directory of it', 'docs/', ['docs/x/y.md'], ['x']],
  ['elsewhere', 'docs/', ['docsx/a.md', 'a.txt'], []],
  ['a name that nobody asked for', '', ['other'], []],
];

describe('takeChanged', () => {
  for (const [name, start, paths, names] of CASES) {
    test(name, () => {
      const commit = {oid: 'c', paths} as unknown as CommitSummary;
      const all = ['a.txt', 'docs', 'a.md', 'x'];
      const missing = new Set(all);
      const found = new Map<string, CommitSummary>();
      takeChanged(commit, {start, missing, found});
      assert.deepEqual([...found.keys()], names);
      assert.deepEqual(
        [...missing],
        all.filter((one) => !names.includes(one)),
      );
    });
  }

  test('the first commit stays: it is the newest', () => {
    const [first, second] = [{paths: ['a']}, {paths: ['a']}] as unknown as CommitSummary[];
    const missing = new Set(['a', 'b']);
    const found = new Map<string, CommitSummary>();
    for (const commit of [first!, second!]) takeChanged(commit, {start: '', missing, found});
    assert.equal(found.get('a'), first);
  });
});
