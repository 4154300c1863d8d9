import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {canMountDisks} from '../small-disk.ts';
import {findChromium} from './chromium.ts';
import {
  readOpenSearchUrl,
  readRequired,
  readS3Address,
  type S3Address,
  type ServerKind,
} from './environment.ts';
import {findOldNode} from './old-node.ts';
import {canActAsUsers} from './other-users.ts';

/** The address of OpenSearch; only for code inside `describeWith('opensearch', ...)`. */
export function opensearchUrl(): string {
  const url = readOpenSearchUrl(process.env);
  assert(url !== undefined, 'opensearchUrl() outside describeWith');
  return url;
}

/** The address and keys of the S3 server; only for code inside `describeWith('s3', ...)`. */
export function s3(): S3Address {
  const address = readS3Address(process.env);
  assert(address !== undefined, 's3() outside describeWith');
  return address;
}

/**
 * Like `describe`, for tests that need servers. Where one is missing, `fn` is not called: one test stands in
 * for the suite, failed where CTR_TEST_REQUIRE names the server, else skipped and announced on stderr.
 */
export function describeWith(needs: ServerKind | readonly ServerKind[], name: string, fn: () => void): void {
  const missing = [needs].flat().filter((need) => !hasServer(need));
  if (missing.length === 0) {
    void describe(name, fn);
  } else if (readRequired(process.env).some((required) => missing.includes(required))) {
    void test(name, () => assert.fail(`required, but missing: ${missing.join(', ')}`));
  } else {
    const remedies = [...new Set(missing.map((kind) => REMEDIES[kind]))];
    const reason = `no ${missing.join(', no ')}; ${remedies.join(', ')}`;
    process.stderr.write(`*** SKIPPED: ${name}: ${reason}\n`);
    test.skip(`${name} (${reason})`);
  }
}

const REMEDIES: Record<ServerKind, string> = {
  opensearch: '`npm run servers` starts them',
  s3: '`npm run servers` starts them',
  browser: 'install chromium',
  users: 'run the tests as root, in a checkout that every user can read',
  'old-node': 'put a Node below 24 on the PATH, or name it in CTR_TEST_OLD_NODE',
  mount: 'run the tests as root, outside of a container without CAP_SYS_ADMIN',
};

function hasServer(kind: ServerKind): boolean {
  switch (kind) {
    case 'opensearch':
      return readOpenSearchUrl(process.env) !== undefined;
    case 's3':
      return readS3Address(process.env) !== undefined;
    case 'browser':
      return findChromium(process.env) !== undefined;
    case 'users':
      return canActAsUsers();
    case 'old-node':
      return findOldNode(process.env) !== undefined;
    case 'mount':
      return canMountDisks();
  }
}
