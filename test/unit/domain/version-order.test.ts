import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {byVersion} from '../../../src/domain/version-order.ts';

/** Each list as it must be shown: newest first. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'numbers are numbers': ['v1.0.0', 'v0.10.0', 'v0.9.9', 'v0.2.10', 'v0.2.9', 'v0.2.0', 'v0.0.1'],
  'with and without v': ['v2.0.0', '1.10.0', 'v1.9.0', '1.2.0'],
  'before the release': [
    '1.0.0',
    '1.0.0-rc.10',
    '1.0.0-rc.2',
    '1.0.0-rc.1',
    '1.0.0-beta.11',
    '1.0.0-beta.2',
    '1.0.0-beta',
    '1.0.0-alpha.1',
    '1.0.0-alpha',
    '0.9.0',
  ],
  'without a hyphen': ['2.0', '2.0rc1', '2.0b3', '2.0b2', '2.0a1', '1.9'],
  'of two numbers': ['v6.1', 'v6.1-rc10', 'v6.1-rc2', 'v6.0.19', 'v6.0', 'v6.0-rc1', 'v5.19'],
  'with dots': ['4.0.0', '4.0.0.beta2', '4.0.0.beta1', '3.2.14'],
  'after the release': ['1.0.0-hotfix', '1.0.0', '1.0.0-rc1', '0.9.9'],
  builds: ['1.0.0+build.2', '1.0.0+build.1', '1.0.0'],
  letters: ['openssl-1.1.1w', 'openssl-1.1.1a', 'openssl-1.1.1', 'openssl-1.1.1-pre9', 'openssl-1.1.0'],
  tilde: ['1.0', '1.0~2', '1.0~1'],
  longer: ['1.0.0', '1.0', '1'],
  dates: ['2024-10-01', '2024-02-28', '2024-02-03', '2023-12-31'],
  'dates in one number': ['20241001', '20240228', '20231231'],
  underscores: ['REL_16_1', 'REL_16_0', 'REL_9_10', 'REL_9_2'],
  'numbers of any length': [`v${'9'.repeat(40)}`, `v${'8'.repeat(40)}`, `v1${'0'.repeat(30)}`, 'v7'],
  'zeros before': ['v1.010', 'v1.9', 'v1.002', 'v1.1'],
  'each series by itself': [
    'v2.0.0',
    'v1.0.0',
    '@scope/es6-lib@1.10.0',
    '@scope/es6-lib@1.2.0',
    'docs/v3',
    'docs/v1',
    'release-5.1',
    'release-5.0',
    'latest',
    'nightly',
  ],
  'releases of Java': ['jdk8u302-b08', 'jdk8u45-b14', 'jdk8u5-b01'],
};

for (const [name, wanted] of Object.entries(LISTS)) {
  test(name, () => {
    assert.deepEqual(wanted.toSorted(byVersion()), wanted);
    assert.deepEqual(wanted.toReversed().toSorted(byVersion()), wanted);
  });
}

test('any names have one order', () => {
  const name = fc.oneof(
    fc.string(),
    fc.stringMatching(/^v?\d{1,2}(\.\d{1,2}){0,3}(-(rc|beta)\.?\d)?$/),
    fc.stringMatching(/^[a-c]?[-./@]?\d?[.-]?[a-c]?\d?$/),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, {maxLength: 20}), (names) => {
      const sorted = names.toSorted(byVersion());
      assert.deepEqual(names.toReversed().toSorted(byVersion()), sorted);
      for (const [at, one] of sorted.entries()) {
        for (const other of sorted.slice(at + 1)) assert.ok(byVersion()(one, other) < 0, `${one} ${other}`);
      }
    }),
  );
});
