import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {trimPath} from '../../../src/read/list-directory.ts';

const CASES: readonly [given: string, path: string][] = [
  ['', ''],
  ['/', ''],
  ['.', ''],
  ['./', ''],
  ['docs', 'docs'],
  ['docs/', 'docs'],
  ['/docs', 'docs'],
  ['./docs', 'docs'],
  ['././docs//', 'docs'],
  ['.hidden', '.hidden'],
  ['..', '..'],
  ['a/./b', 'a/./b'],
];

describe('trimPath', () => {
  for (const [given, path] of CASES) test(JSON.stringify(given), () => assert.equal(trimPath(given), path));
});
