import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {describe, test} from 'node:test';
import * as opensearch from '../../../src/store/opensearch/mappings.ts';
import * as sqlite from '../../../src/store/sqlite/schema.ts';

/** What each version looks like. Only the last line of each changes, together with its version. */
const KNOWN = {
  sqlite: '8 b1759da506419b7b',
  opensearch: '9 cfc158102b869f21',
};

/** The mappings and settings of all three collections, without what differs between two index sets. */
function opensearchText(): string {
  const layouts = [true, false].map((substrings) => ({shards: 1, substrings}));
  const bodies = layouts.flatMap((layout) =>
    opensearch.COLLECTION_KINDS.map((kind) => opensearch.collectionBody(kind, 'id of the set', layout)),
  );
  return JSON.stringify(bodies, (key, value: unknown) => (key === '_meta' ? undefined : value));
}

function assertKnown(
  backend: keyof typeof KNOWN,
  {version, text, file}: {version: number; text: string; file: string},
): void {
  const found = `${version} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  assert.equal(
    found,
    KNOWN[backend],
    `What ${backend} stores has changed. Raise SCHEMA_VERSION in ${file} by one (once for each landing on main), then write ` +
      `the line that this test found into KNOWN here. Nothing else is to be done: every command says of an older ` +
      '(or newer) index that another ctr made it, and `ctr reindex` is the way over.',
  );
}

void describe('tables and mappings change only together with their version', () => {
  test('SQLite', () => {
    const file = 'src/store/sqlite/schema.ts';
    assertKnown('sqlite', {version: sqlite.SCHEMA_VERSION, text: sqlite.SCHEMA, file});
  });

  test('OpenSearch', () => {
    const file = 'src/store/opensearch/mappings.ts';
    assertKnown('opensearch', {version: opensearch.SCHEMA_VERSION, text: opensearchText(), file});
  });
});
