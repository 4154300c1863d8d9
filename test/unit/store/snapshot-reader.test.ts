import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {CommitRecord, StoredSnapshot} from '../../../src/domain/commit.ts';
import type {CommitReader} from '../../../src/store/ports/commits.ts';
import {openSnapshotReader} from '../../../src/store/snapshot-reader.ts';

const MIB = 1024 * 1024;

/** A store that has these snapshots and notes which commits are asked for. */
function openWith(snapshots: Readonly<Record<string, StoredSnapshot>>) {
  const asked: string[][] = [];
  const readCommits = async (_repo: string, oids: readonly string[]) => {
    asked.push([...oids]);
    const found = oids.filter((oid) => snapshots[oid]);
    return new Map(found.map((oid) => [oid, {oid, snapshot: snapshots[oid]} as CommitRecord]));
  };
  const store = {readCommits} as Partial<CommitReader> as CommitReader;
  return {reader: openSnapshotReader(store, 'repo'), asked};
}

const keyframe = (added: Uint8Array): StoredSnapshot => ({
  base: undefined,
  added,
  removed: EMPTY_BITMAP,
  spentBytes: 0,
});
const delta = (base: string, added: Uint8Array = EMPTY_BITMAP): StoredSnapshot => ({
  base,
  added,
  removed: EMPTY_BITMAP,
  spentBytes: 0,
});

describe('openSnapshotReader', () => {
  test('a difference is applied to its keyframe, which is read once', async () => {
    const {reader, asked} = openWith({key: keyframe(serializeBitmap([1, 2]))});
    for (const seq of [3, 4]) {
      const snapshot = await reader.readSnapshot({snapshot: delta('key', serializeBitmap([seq]))});
      assert.deepEqual(snapshot, serializeBitmap([1, 2, seq]));
    }
    assert.deepEqual(asked, [['key']]);
  });

  test('keyframes that are read ahead are asked for together, and not again', async () => {
    const {reader, asked} = openWith({a: keyframe(serializeBitmap([1])), b: keyframe(serializeBitmap([2]))});
    await reader.readAhead([{snapshot: delta('a')}, {snapshot: delta('b')}, {snapshot: delta('a')}]);
    await reader.readAhead([
      {snapshot: delta('a')},
      {snapshot: keyframe(EMPTY_BITMAP)},
      {snapshot: undefined},
    ]);
    assert.deepEqual(await reader.readKeyframe('b'), serializeBitmap([2]));
    assert.deepEqual(asked, [['a', 'b']]);
  });

  test('reading ahead keeps the first keyframes that fit into 32 MiB', async () => {
    const oids = ['a', 'b', 'c', 'd'];
    const {reader, asked} = openWith(
      Object.fromEntries(oids.map((oid) => [oid, keyframe(new Uint8Array(10 * MIB))])),
    );
    await reader.readAhead(oids.map((oid) => ({snapshot: delta(oid)})));
    for (const oid of oids) await reader.readKeyframe(oid);
    assert.deepEqual(asked, [oids, ['d']]);
  });

  test('a keyframe that is larger than the limit is kept until the next one', async () => {
    const {reader, asked} = openWith({large: keyframe(new Uint8Array(33 * MIB)), b: keyframe(EMPTY_BITMAP)});
    for (const oid of ['large', 'large', 'b', 'large']) await reader.readKeyframe(oid);
    assert.deepEqual(asked, [['large'], ['b'], ['large']]);
  });

  test('a keyframe that is lost, or is a difference itself, is INDEX_CORRUPT', async () => {
    const {reader} = openWith({delta: delta('other')});
    await reader.readAhead([{snapshot: delta('lost')}, {snapshot: delta('delta')}]);
    for (const base of ['lost', 'delta']) {
      await assert.rejects(reader.readSnapshot({snapshot: delta(base)}), {code: 'INDEX_CORRUPT'});
    }
  });

  test('a commit whose files are not indexed has no snapshot', async () => {
    const {reader, asked} = openWith({});
    assert.equal(await reader.readSnapshot({snapshot: undefined}), undefined);
    assert.deepEqual(asked, []);
  });
});
