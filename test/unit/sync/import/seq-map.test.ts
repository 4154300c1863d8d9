import assert from 'node:assert/strict';
import {test} from 'node:test';
import {documentIdBytes} from '../../../../src/domain/document-id.ts';
import {SeqMap} from '../../../../src/sync/import/seq-map.ts';

test('a SeqMap knows 100,000 ids, the first seq and the greatest, and nothing else', () => {
  const map = new SeqMap();
  const ids = Array.from({length: 100_000}, (_, i) => documentIdBytes(String(i)));
  for (const [i, id] of ids.entries()) map.set(id, i);
  map.set(ids[5]!, 2 ** 31 - 1);
  assert.equal(map.size, 100_000);
  for (const [i, id] of ids.entries()) assert.equal(map.get(id), i === 5 ? 2 ** 31 - 1 : i);
  assert.equal(map.get(documentIdBytes('another')), undefined);
  map.clear();
  assert.deepEqual([map.size, map.get(ids[1]!)], [0, undefined]);
});
