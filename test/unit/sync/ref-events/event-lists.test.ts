import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {Bitmap} from '../../../../src/domain/bitmap.ts';
import {openSqliteIndex} from '../../../../src/store/sqlite/open-sqlite-index.ts';
import {readChangedPaths} from '../../../../src/sync/ref-events/event-lists.ts';
import {makeEntry} from '../../../conformance/index-store/records.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-event-lists-'));
after(() => rmSync(directory, {recursive: true}));

const cases: {name: string; othersAdded: number; expected: Awaited<ReturnType<typeof readChangedPaths>>}[] = [
  {
    name: 'up to 200,000 entries are paired by their paths',
    othersAdded: 199_997,
    expected: {
      paths: {added: ['new.txt'], changed: ['a.txt'], removed: []},
      totals: {added: 199_998, changed: 1, removed: 0},
    },
  },
  {
    name: 'of more entries that come and go nothing is read, and they are counted',
    othersAdded: 199_998,
    expected: {
      paths: {added: [], changed: [], removed: []},
      totals: {added: 200_000, changed: 0, removed: 1},
    },
  },
];

for (const [at, {name, othersAdded, expected}] of cases.entries()) {
  test(name, async () => {
    await using store = openSqliteIndex({file: join(directory, `${at}.db`)});
    await store.createCollections();
    await store.putEntries([makeEntry(0, 'a.txt'), makeEntry(1, 'a.txt'), makeEntry(2, 'new.txt')]);
    await store.refresh();
    using removed = Bitmap.of([0]);
    // Counted by their numbers alone: their documents would take minutes to write.
    using added = Bitmap.of([1, 2, ...Array.from({length: othersAdded}, (_, index) => 3 + index)]);
    assert.deepEqual(await readChangedPaths(store, {added, removed}, {itemsLeft: 100}), expected);
  });
}
