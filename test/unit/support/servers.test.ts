import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {readRequired, readS3Address} from '../../support/servers/environment.ts';
import {parseJavaVersion} from '../../support/servers/jdk.ts';

describe('parseJavaVersion', () => {
  const cases: [string, string, number | undefined][] = [
    ['a long version', 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n', 17],
    ['a first release', 'JAVA_VERSION="25"\n', 25],
    ['the old spelling', 'JAVA_VERSION="1.8.0_412"\n', 8],
    ['other keys alone', 'JAVA_VERSION_DATE="2026-01-20"\nJAVA_RUNTIME_VERSION="25.0.3+9-LTS"\n', undefined],
    ['an empty file', '', undefined],
  ];
  for (const [name, release, expected] of cases) {
    test(name, () => assert.equal(parseJavaVersion(release), expected));
  }
});

describe('readRequired', () => {
  test('nothing is required by default', () => assert.deepEqual(readRequired({}), []));
  test('an empty variable requires nothing', () =>
    assert.deepEqual(readRequired({CTR_TEST_REQUIRE: ''}), []));
  test('names may have spaces around them', () => {
    assert.deepEqual(readRequired({CTR_TEST_REQUIRE: 'opensearch, s3'}), ['opensearch', 's3']);
  });
  test('a typing mistake is no skip', () => {
    assert.throws(() => readRequired({CTR_TEST_REQUIRE: 'opensaerch'}), /"opensaerch"/);
  });
});

describe('readS3Address', () => {
  test('no address, no server', () => assert.equal(readS3Address({CTR_TEST_S3_ACCESS_KEY: 'a'}), undefined));
  test('an address without keys is a mistake', () => {
    assert.throws(() => readS3Address({CTR_TEST_S3_URL: 'http://127.0.0.1:9000'}), /CTR_TEST_S3_SECRET_KEY/);
  });
});
