import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {EntryKey} from '../../../../src/domain/entry.ts';
import type {IndexStore} from '../../../../src/store/ports/index-store.ts';
import type {BlobImporter} from '../../../../src/sync/import/blob-importer.ts';
import {type EntryChange, EntryWriter, entryChangeOf} from '../../../../src/sync/import/entry-writer.ts';
import type {NewEntry} from '../../../../src/sync/import/make-entry.ts';
import type {SeqSource} from '../../../../src/sync/sync-run.ts';
import {makeEntry, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const keyOf = (path: string, version = '1'): EntryKey => ({path, mode: '100644', oid: oidOf(path + version)});
const stored = (seq: number, path: string) => makeEntry(seq, path, keyOf(path));
const add = (to: EntryKey, commit = 'c1'): EntryChange => ({to, commit});

/** A writer, and what it gave away to be written: path and number. */
function openWriter(store: IndexStore, numbers?: SeqSource) {
  const written: [path: string, seq: number, commit: string][] = [];
  const blobs: Pick<BlobImporter, 'write' | 'checkpoint'> = {
    write: async (entries: readonly NewEntry[]) => {
      for (const {path, seq, introducedBy} of entries) written.push([path, seq, introducedBy]);
    },
    checkpoint: async () => ({stored: Promise.resolve()}),
  };
  const writer = new EntryWriter({store, repo: REPO, blobs: blobs as BlobImporter, numbers});
  return {writer, written};
}

describe('EntryWriter', () => {
  test('new entries are numbered in their order, and written once, by the commit that shows them first', async () => {
    await using index = await openScratchIndex();
    const {writer, written} = openWriter(index.store);
    using _ = writer;
    const seqs = await writer.resolve([add(keyOf('b')), add(keyOf('a')), add(keyOf('b'), 'c2')]);
    assert.deepEqual(seqs, [
      {removed: undefined, added: 0},
      {removed: undefined, added: 1},
      {removed: undefined, added: 0},
    ]);
    assert.deepEqual(await writer.resolve([{from: keyOf('a'), to: keyOf('a', '2'), commit: 'c3'}]), [
      {removed: 1, added: 2},
    ]);
    assert.deepEqual(written, [
      ['b', 0, 'c1'],
      ['a', 1, 'c1'],
      ['a', 2, 'c3'],
    ]);
  });

  test('an entry of the index keeps its number, and is not written again', async () => {
    await using index = await openScratchIndex();
    await index.store.reserveSeqs('entries', 8);
    await index.store.putEntries([stored(7, 'a')]);
    const {writer, written} = openWriter(index.store);
    using _ = writer;
    assert.deepEqual(await writer.resolve([add(keyOf('a')), add(keyOf('b'))]), [
      {removed: undefined, added: 7},
      {removed: undefined, added: 8},
    ]);
    assert.deepEqual(
      written.map(([path]) => path),
      ['b'],
    );
  });

  test('a side that is unknown has no number', async () => {
    await using index = await openScratchIndex();
    const {writer} = openWriter(index.store);
    using _ = writer;
    assert.deepEqual(await writer.resolve([{from: keyOf('gone'), commit: 'c1'}]), [
      {removed: undefined, added: undefined},
    ]);
  });

  test('what is numbered ahead has the first numbers, and is written when a commit shows it', async () => {
    await using index = await openScratchIndex();
    const {writer, written} = openWriter(index.store);
    using _ = writer;
    await writer.numberAhead([keyOf('a'), keyOf('b'), keyOf('c')]);
    assert.equal(written.length, 0);
    const seqs = await writer.resolve([add(keyOf('z')), add(keyOf('b'))]);
    assert.deepEqual(
      seqs.map(({added}) => added),
      [3, 1],
    );
    assert.deepEqual(
      written.map(([path, seq]) => [path, seq]),
      [
        ['z', 3],
        ['b', 1],
      ],
    );
  });

  test('the next generation gives each entry the number that the current one has, and writes it', async () => {
    await using current = await openScratchIndex();
    await using next = await openScratchIndex();
    await current.store.reserveSeqs('entries', 10);
    await current.store.putEntries([stored(4, 'a')]);
    const {writer, written} = openWriter(next.store, current.store);
    using _ = writer;
    const seqs = await writer.resolve([add(keyOf('a')), add(keyOf('b'))]);
    assert.deepEqual(
      seqs.map(({added}) => added),
      [4, 10],
    );
    assert.deepEqual(
      written.map(([path, seq]) => [path, seq]),
      [
        ['a', 4],
        ['b', 10],
      ],
    );
  });
});

test('a change of a tree has the path on each side that exists', () => {
  const side = {mode: '100644', oid: oidOf('x')};
  assert.deepEqual(entryChangeOf({path: 'a', from: undefined, to: side}, 'c1'), {
    from: undefined,
    to: {path: 'a', ...side},
    commit: 'c1',
  });
});
