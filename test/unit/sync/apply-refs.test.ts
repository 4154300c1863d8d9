import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {RefMove} from '../../../src/domain/plan.ts';
import type {RefRecord} from '../../../src/domain/ref.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {applyRefMoves, publishedNames} from '../../../src/sync/apply-refs.ts';
import {BATCH_REFS, type TipContent} from '../../../src/sync/routed-move.ts';
import {makeRef, oidOf, plain, REPO} from '../../conformance/index-store/records.ts';
import {observationOf} from './observation.ts';
import {openScratchIndex} from './open-scratch-index.ts';

const NOW = '2026-02-01T00:00:00.000Z';
const CONTENT: TipContent = {
  commit: oidOf('commit'),
  entryCount: 2,
  snapshot: serializeBitmap([1, 2]),
  history: serializeBitmap([1]),
};

const create = (name: string): RefMove => ({kind: 'create', name, to: oidOf(name)});
const toCommit = (move: RefMove) => ({move, destination: {commit: CONTENT.commit}});

/** Moves the refs of a store; `known`: the commits whose content is there. */
async function apply(
  store: IndexStore,
  moves: Parameters<typeof applyRefMoves>[2],
  {
    known = [CONTENT],
    onBatch = () => undefined,
  }: {known?: TipContent[]; onBatch?: (next: readonly RefRecord[]) => unknown} = {},
) {
  const indexed = new Map((await store.listRefs(REPO)).map((ref) => [ref.name, ref]));
  return applyRefMoves(
    {store, repo: REPO, now: () => new Date(NOW)},
    {...observationOf({}), indexed},
    moves,
    {
      readContents: async () => new Map(known.map((content) => [content.commit, content])),
      beforeWrite: async (next) => void (await onBatch(next)),
    },
  );
}

describe('applyRefMoves', () => {
  test('a ref shows its commit, names why it shows none, or leaves a tombstone', async () => {
    await using index = await openScratchIndex();
    await index.store.putRefs([{record: makeRef('refs/heads/gone'), expected: undefined}]);
    const written = await apply(index.store, [
      toCommit(create('refs/heads/a')),
      {move: create('refs/tags/blob'), destination: {reason: 'it leads to a blob', isMissing: false}},
      {move: {kind: 'delete', name: 'refs/heads/gone', from: '1'}, destination: undefined},
    ]);
    const names = ['refs/heads/a', 'refs/tags/blob', 'refs/heads/gone'];
    assert.deepEqual(written, names);
    const records = await index.store.readRefs(REPO, names);
    const common = {repo: REPO, indexedAt: NOW};
    const empty = {entryCount: 0, snapshot: EMPTY_BITMAP, history: EMPTY_BITMAP};
    const expected: RefRecord[] = [
      {...common, ...CONTENT, name: names[0]!, kind: 'branch', state: 'live', target: oidOf(names[0]!)},
      {
        ...common,
        ...empty,
        name: names[1]!,
        kind: 'tag',
        state: 'skipped',
        target: oidOf(names[1]!),
        reason: 'it leads to a blob',
      },
      {...common, ...empty, name: names[2]!, kind: 'branch', state: 'deleted', target: ''},
    ];
    assert.deepEqual(plain(names.map((name) => records.get(name))), plain(expected));
  });

  test('a ref whose content cannot be read stays where it is, and holds no other up', async () => {
    await using index = await openScratchIndex();
    const lost = {move: create('refs/heads/lost'), destination: {commit: oidOf('lost')}};
    const written = await apply(index.store, [lost, toCommit(create('refs/heads/a'))]);
    assert.deepEqual(written, ['refs/heads/a']);
    assert.deepEqual([...(await index.store.readRefs(REPO, ['refs/heads/lost'])).keys()], []);
  });

  test('each batch is announced before it is written', async () => {
    await using index = await openScratchIndex();
    const moves = Array.from({length: BATCH_REFS + 1}, (_, at) => toCommit(create(`refs/heads/${at}`)));
    const batches: number[] = [];
    await apply(index.store, moves, {onBatch: (next) => batches.push(next.length)});
    assert.deepEqual(batches, [BATCH_REFS, 1]);
  });

  test('of refs that another run moved meanwhile it is a CONFLICT, after the others have moved', async () => {
    await using index = await openScratchIndex();
    const moves = ['refs/heads/a', 'refs/heads/b'].map((name) => toCommit(create(name)));
    // Between the look and the write.
    const onBatch = () => index.store.putRefs([{record: makeRef('refs/heads/a'), expected: undefined}]);
    await assert.rejects(apply(index.store, moves, {onBatch}), {
      code: 'CONFLICT',
      data: {refs: ['refs/heads/a']},
    });
    assert.equal((await index.store.readRefs(REPO, ['refs/heads/b'])).size, 1);
  });
});

describe('publishedNames', () => {
  const wanted = new Map(['refs/heads/main', 'refs/heads/a', 'refs/tags/v1'].map((name) => [name, '1']));
  for (const [publish, head, expected] of [
    [[], 'refs/heads/main', ['refs/heads/main']],
    [[], undefined, []],
    [[], 'refs/heads/unborn', []],
    [['refs/tags/*'], 'refs/heads/main', ['refs/heads/main', 'refs/tags/v1']],
    [['!refs/tags/**'], undefined, ['refs/heads/main', 'refs/heads/a']],
  ] as const) {
    test(`with ${JSON.stringify(publish)} and HEAD at ${head}: ${expected.length}`, () => {
      assert.deepEqual(publishedNames({publish}, {head, wanted}), expected);
    });
  }
});
