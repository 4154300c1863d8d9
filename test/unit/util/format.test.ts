import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatBytes, formatCount, formatDuration} from '../../../src/util/format.ts';

test('numbers as people read them', () => {
  assert.deepEqual([0, 999, 1500, 123_456, 2_000_000_000].map(formatBytes), [
    '0 B',
    '999 B',
    '1.5 KB',
    '123 KB',
    '2.0 GB',
  ]);
  assert.deepEqual([950, 1500, 12_000, 65_000, 3_700_000].map(formatDuration), [
    '950 ms',
    '1.5 s',
    '12 s',
    '1 min 5 s',
    '1 h 1 min',
  ]);
  assert.equal(formatCount(1_234_567), '1,234,567');
});
