import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {parseQuery} from '../../../src/domain/query/parse-query.ts';
import {type OpenStore, openSet} from './open-store.ts';
import {makeEntry} from './records.ts';
import {WORDS_TABLE} from './words-table.ts';

/** SearchPort follows the definition of a word. */
export function testWords(open: OpenStore): void {
  void describe('words', () => {
    let set: Awaited<ReturnType<typeof openSet>>;
    const texts = [...new Set(WORDS_TABLE.map(([text]) => text))];

    before(async () => {
      set = await openSet(open);
      await set.store.putEntries(texts.map((content, seq) => makeEntry(seq, 'a/file', {content})));
      await set.store.refresh();
    });
    after(() => set.dispose());

    for (const [text, query, isFound, inOpenSearch = isFound] of WORDS_TABLE) {
      test(`${query} in ${text}`, async () => {
        const snapshot = serializeBitmap([texts.indexOf(text)]);
        const {total} = await set.store.search({
          expression: parseQuery(query).expression,
          snapshot,
          limit: 1,
        });
        const expected = set.store.backend === 'opensearch' ? inOpenSearch : isFound;
        assert.equal(total === 1, expected);
      });
    }
  });
}
