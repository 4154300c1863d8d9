import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatSignatureTime} from '../../../src/domain/commit.ts';

const CASES: [timeSeconds: number, offset: string, shown: string][] = [
  [0, '+0000', '1970-01-01T00:00:00+00:00'],
  [1_700_000_000, '+0200', '2023-11-15T00:13:20+02:00'],
  [1_700_000_000, '-0730', '2023-11-14T14:43:20-07:30'],
  [-5, '-0000', '1969-12-31T23:59:55+00:00'],
  [0, '-0030', '1969-12-31T23:30:00-00:30'],
  [1_700_000_000, 'nonsense', '2023-11-14T22:13:20+00:00'],
  [253_402_300_799, '+0000', '9999-12-31T23:59:59+00:00'],
  [253_402_300_799, '+0100', '10000-01-01T00:59:59+01:00'],
  [8.64e12, '+0000', '275760-09-13T00:00:00+00:00'],
  [99_999_999_999_999, '+9999', '3170843-11-11T14:25:39+99:99'],
  [1_700_000_000, '+12345678', '2037-12-14T23:31:20+123456:78'],
];
for (const [timeSeconds, offset, shown] of CASES) {
  test(`${timeSeconds} ${offset} is ${shown}`, () => {
    assert.equal(formatSignatureTime({name: '', email: '', timeSeconds, offset}), shown);
  });
}
