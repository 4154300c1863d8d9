import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {EntryFilter} from '../../../src/store/ports/entries.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, testStore} from './open-store.ts';
import {flatten, makeEntry, numbersBelow} from './records.ts';

const PATHS = [
  'a',
  'src/a.ts',
  'src/deep/er/b.ts',
  'srcs/a.ts',
  'src.txt',
  'src0',
  'Src/a.ts',
  'src/deep.ts',
];

/** The promises of EntryReader. */
export function testEntryReader(open: OpenStore): void {
  void describe('scanEntries', () => {
    testStore(open, 'everything, one path, or what lies below a directory', async ({store}) => {
      await put(store, PATHS);
      const cases: [Omit<EntryFilter, 'snapshot'>, string[]][] = [
        [{}, PATHS],
        [{under: ''}, PATHS],
        [{under: 'src'}, ['src/a.ts', 'src/deep/er/b.ts', 'src/deep.ts']],
        [{under: 'src/deep'}, ['src/deep/er/b.ts']],
        [{under: 'src/deep/er'}, ['src/deep/er/b.ts']],
        [{under: 'src/a.ts'}, []],
        [{under: 'none'}, []],
        [{path: 'src/a.ts'}, ['src/a.ts']],
        [{path: 'src'}, []],
        [{path: 'SRC/a.ts'}, []],
        [{path: 'src/a.ts', under: 'src'}, ['src/a.ts']],
        [{path: 'src/a.ts', under: 'srcs'}, []],
      ];
      for (const [filter, expected] of cases) {
        assert.deepEqual(await scan(store, filter), expected.toSorted(), JSON.stringify(filter));
      }
    });

    testStore(open, 'nothing outside of the snapshot', async ({store}) => {
      await put(store, PATHS);
      assert.deepEqual(await scan(store, {snapshot: serializeBitmap([1, 3, 500])}), [
        'src/a.ts',
        'srcs/a.ts',
      ]);
      assert.deepEqual(await scan(store, {snapshot: serializeBitmap([1, 3]), under: 'src'}), ['src/a.ts']);
      assert.deepEqual(await scan(store, {snapshot: EMPTY_BITMAP}), []);
      assert.deepEqual(await scan(store, {snapshot: serializeBitmap([2 ** 31 - 1])}), []);
    });

    testStore(open, 'carries no content', async ({store}) => {
      await put(store, ['a']);
      const [entry] = await flatten(store.scanEntries({snapshot: serializeBitmap([0])}));
      assert.ok(entry && !('content' in entry));
    });

    testStore(open, 'more than a page', async ({store}) => {
      const paths = numbersBelow(12_345).map((n) => `d${n % 7}/${n}`);
      for (let start = 0; start < paths.length; start += 5000) {
        await store.putEntries(paths.slice(start, start + 5000).map((path, i) => makeEntry(start + i, path)));
      }
      await store.refresh();
      assert.deepEqual(await scan(store, {snapshot: serializeBitmap(paths.keys())}), paths.toSorted());
      const batches = await Array.fromAsync(store.scanEntries({snapshot: serializeBitmap(paths.keys())}));
      assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 10_000));
    });

    testStore(open, 'the highest seq there is', async ({store}) => {
      const seq = 2 ** 31 - 1;
      await store.putEntries([makeEntry(seq, 'last', {content: 'x'})]);
      await store.refresh();
      assert.deepEqual(await scan(store, {snapshot: serializeBitmap([seq])}), ['last']);
    });
  });

  void describe('readEntry', () => {
    testStore(open, 'the version that the snapshot shows', async ({store}) => {
      const versions = ['one', 'two', 'three'].map((content, seq) => makeEntry(seq, 'dir/a.txt', {content}));
      await store.putEntries(versions);
      await store.refresh();
      for (const {seq, content} of versions) {
        assert.equal((await store.readEntry(serializeBitmap([seq]), 'dir/a.txt'))?.content, content);
      }
      assert.equal(await store.readEntry(serializeBitmap([1]), 'dir'), undefined);
      assert.equal(await store.readEntry(serializeBitmap([9]), 'dir/a.txt'), undefined);
      assert.equal(await store.readEntry(EMPTY_BITMAP, 'dir/a.txt'), undefined);
    });

    testStore(open, 'paths longer than an index term may be', async ({store}) => {
      const directory = Array.from({length: 60}, (_, i) => `${i}`.repeat(200).slice(0, 200)).join('/');
      const paths = [`${directory}/one`, `${directory}/two`, 'short'];
      await put(store, paths);
      const snapshot = serializeBitmap(paths.keys());
      for (const [seq, path] of paths.entries()) {
        const entry = await store.readEntry(snapshot, path);
        assert.equal(entry?.seq, seq);
        assert.equal(entry?.path, path);
      }
      assert.deepEqual(await scan(store, {under: directory}), paths.slice(0, 2));
      assert.deepEqual(
        await scan(store, {under: directory.slice(0, directory.indexOf('/'))}),
        paths.slice(0, 2),
      );
      assert.deepEqual(await scan(store, {}), paths.toSorted());
    });
  });
}

async function put(store: IndexStore, paths: readonly string[]): Promise<void> {
  await store.putEntries(paths.map((path, seq) => makeEntry(seq, path, {content: `in ${path}`})));
  await store.refresh();
}

/** The paths found, sorted. */
async function scan(store: IndexStore, filter: Partial<EntryFilter>): Promise<string[]> {
  const entries = await flatten(
    store.scanEntries({snapshot: serializeBitmap(numbersBelow(20_000)), ...filter}),
  );
  return entries.map(({path}) => path).sort();
}
