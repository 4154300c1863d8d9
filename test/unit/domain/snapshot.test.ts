import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {Bitmap, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {StoredSnapshot} from '../../../src/domain/commit.ts';
import {
  applyDelta,
  changeSnapshot,
  deltaOfStored,
  EMPTY_TREE,
  type SnapshotDelta,
  storeSnapshot,
} from '../../../src/domain/snapshot.ts';

/** A chain of commits, each of which takes some seqs out and puts others in. */
const chains = fc.array(
  fc.record({
    added: fc.uniqueArray(fc.nat(200), {maxLength: 12}),
    removed: fc.uniqueArray(fc.nat(200), {maxLength: 12}),
  }),
  {minLength: 1, maxLength: 60},
);

describe('snapshots as keyframes and differences', () => {
  it('give back every tree, whether the chain is held or read back', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.boolean(), async (chain, isReadBack) => {
        const stored = new Map<string, StoredSnapshot>();
        const tree = new Set<number>();
        let delta: SnapshotDelta = EMPTY_TREE;
        for (const [i, change] of chain.entries()) {
          // A real tree loses only what it has and gains only what it has not.
          const removed = change.removed.filter((seq) => tree.has(seq));
          const added = change.added.filter((seq) => !tree.has(seq));
          for (const seq of removed) tree.delete(seq);
          for (const seq of added) tree.add(seq);
          const oid = `commit-${i}`;
          const result = await storeSnapshot(
            oid,
            changeSnapshot(delta, {added, removed}),
            async (base) => stored.get(base)!.added,
          );
          stored.set(oid, result.stored);
          assert.deepEqual(
            resolve(stored, oid),
            [...tree].sort((a, b) => a - b),
          );
          delta = isReadBack
            ? deltaOfStored(oid, result.stored, keyframeOf(stored, oid).length)
            : result.next;
        }
        for (const {base} of stored.values())
          assert.ok(base === undefined || stored.get(base)!.base === undefined);
      }),
    );
  });

  it('begin a keyframe when the differences have cost as much as one', async () => {
    const tree = changeSnapshot(EMPTY_TREE, {
      added: Array.from({length: 1000}, (_, i) => i * 3),
      removed: [],
    });
    const first = await storeSnapshot('first', tree, async () => assert.fail('nothing to load'));
    let delta = first.next;
    let spent = 0;
    for (let i = 0; ; i++) {
      const {stored, next} = await storeSnapshot(
        `c${i}`,
        changeSnapshot(delta, {added: [10_000 + i], removed: [i * 3]}),
        async () => first.stored.added,
      );
      delta = next;
      if (stored.base === undefined) break;
      spent += stored.added.length + stored.removed.length;
      assert.equal(stored.spentBytes, spent);
      assert.ok(spent < first.stored.added.length);
    }
    assert.ok(spent > first.stored.added.length / 2, 'not much too early');
  });
});

describe('applyDelta', () => {
  it('takes out before it puts in', () => {
    const result = applyDelta(serializeBitmap([1, 2, 3]), {
      added: serializeBitmap([4]),
      removed: serializeBitmap([2]),
    });
    using bitmap = Bitmap.parse(result);
    assert.deepEqual([...bitmap], [1, 3, 4]);
  });
});

function keyframeOf(stored: ReadonlyMap<string, StoredSnapshot>, oid: string): Uint8Array {
  const {base} = stored.get(oid)!;
  return stored.get(base ?? oid)!.added;
}

function resolve(stored: ReadonlyMap<string, StoredSnapshot>, oid: string): number[] {
  const {base, added, removed} = stored.get(oid)!;
  using bitmap = Bitmap.parse(
    base === undefined ? added : applyDelta(stored.get(base)!.added, {added, removed}),
  );
  return [...bitmap];
}
