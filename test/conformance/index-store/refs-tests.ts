import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {RefRecord} from '../../../src/domain/ref.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import type {Version} from '../../../src/store/ports/version.ts';
import {type OpenStore, testStore} from './open-store.ts';
import {makeEntry, makeRef, makeRepository, numbersBelow, OTHER_REPO, plain, REPO} from './records.ts';

/** The promises of RefStore. */
export function testRefs(open: OpenStore): void {
  void describe('refs', () => {
    testStore(open, 'every state survives whole', async ({store}) => {
      const records = [
        makeRef('refs/heads/main', {
          entryCount: 70_000,
          snapshot: serializeBitmap(numbersBelow(70_000).map((n) => n * 3)),
          history: serializeBitmap([0, 1, 2]),
        }),
        makeRef('refs/heads/gone', {state: 'deleted', target: '', commit: undefined}),
        makeRef('refs/tags/blob', {state: 'skipped', commit: undefined, reason: 'a tag on a blob: "é" 🚀'}),
        makeRef('refs/notes/commits', {indexedAt: '1970-01-01T00:00:00Z'}),
        makeRef('refs/heads/<svg/onload=alert(1)>*?"|\\ é🚀'),
      ];
      assert.deepEqual(await create(store, records), []);
      const read = await store.readRefs(REPO, [...records.map(({name}) => name), 'refs/heads/missing']);
      assert.equal(read.size, records.length);
      for (const record of records) assert.deepEqual(plain(read.get(record.name)), plain(record));

      const listed = await store.listRefs(REPO);
      assert.deepEqual(
        listed.map(({version: _version, ...summary}) => plain(summary)),
        summaries(records),
      );
      assert.equal((await store.readRefs(REPO, [])).size, 0);
    });

    testStore(
      open,
      'listRefs sees every change of a long list, from any store',
      async ({store, openAnother}) => {
        const another = await openAnother();
        const records = Array.from({length: 1100}, (_, at) =>
          makeRef(`refs/heads/${String(at).padStart(4, '0')}`),
        );
        await create(store, records);
        const first = await another.listRefs(REPO);
        assert.equal(first.length, 1100);
        for (let time = 0; time < 3; time++) assert.deepEqual(await another.listRefs(REPO), first);
        // A list is the caller's own.
        (await another.listRefs(REPO)).length = 0;

        const moved = makeRef('refs/heads/0500', {entryCount: 77});
        assert.deepEqual(await store.putRefs([{record: moved, expected: first[500]!.version}]), []);
        assert.equal((await another.listRefs(REPO))[500]!.entryCount, 77);
        await create(store, [makeRef('refs/heads/9999')]);
        assert.equal((await another.listRefs(REPO)).at(-1)!.name, 'refs/heads/9999');
        const last = (await another.listRefs(REPO)).at(-1)!;
        assert.deepEqual(await store.deleteRefs(REPO, [{name: last.name, expected: last.version}]), []);
        assert.equal((await another.listRefs(REPO)).length, 1100);
        assert.equal((await another.listRefs(OTHER_REPO)).length, 0);
        const own = first.map(({name, version}) => ({name, expected: version})).slice(0, 100);
        assert.deepEqual(await store.deleteRefs(REPO, own), []);
        assert.equal((await another.listRefs(REPO)).length, 1000);
        assert.equal((await store.listRefs(REPO)).length, 1000);
      },
    );

    testStore(
      open,
      'listRefs and readRefs see every finished putRefs, from any store',
      async ({store, openAnother}) => {
        const another = await openAnother();
        let expected: Version | undefined;
        for (let move = 0; move < 10; move++) {
          const record = makeRef('refs/heads/main', {entryCount: move});
          assert.deepEqual(await store.putRefs([{record, expected}]), []);
          const listed = await another.listRefs(REPO);
          assert.deepEqual(
            listed.map(({entryCount}) => entryCount),
            [move],
          );
          assert.notEqual(listed[0]?.version, expected);
          expected = listed[0]?.version;
          assert.equal(
            (await another.readRefs(REPO, ['refs/heads/main'])).get('refs/heads/main')?.entryCount,
            move,
          );
        }
      },
    );

    testStore(open, 'a loser is named and changes nothing, the others are written', async ({store}) => {
      await create(store, [makeRef('refs/heads/a'), makeRef('refs/heads/b'), makeRef('refs/heads/c')]);
      const old = await versions(store);
      await store.putRefs([
        {record: makeRef('refs/heads/b', {entryCount: 1}), expected: old.get('refs/heads/b')},
      ]);

      const losers = await store.putRefs([
        {record: makeRef('refs/heads/a', {entryCount: 2}), expected: old.get('refs/heads/a')},
        {record: makeRef('refs/heads/b', {entryCount: 2}), expected: old.get('refs/heads/b')},
        {record: makeRef('refs/heads/c', {entryCount: 2}), expected: undefined},
        {record: makeRef('refs/heads/d', {entryCount: 2}), expected: undefined},
        {record: makeRef('refs/heads/e', {entryCount: 2}), expected: old.get('refs/heads/a')},
      ]);
      assert.deepEqual(losers.toSorted(), ['refs/heads/b', 'refs/heads/c', 'refs/heads/e']);
      const counts = (await store.listRefs(REPO)).map(({name, entryCount}) => [name.at(-1), entryCount]);
      assert.deepEqual(counts, [
        ['a', 2],
        ['b', 1],
        ['c', 0],
        ['d', 2],
      ]);
    });

    testStore(
      open,
      'of two stores that move one ref at once exactly one wins',
      async ({store, openAnother}) => {
        const another = await openAnother();
        for (let round = 1; round <= 10; round++) {
          const expected = (await versions(store)).get('refs/heads/main');
          const put = (by: IndexStore, entryCount: number) =>
            by.putRefs([{record: makeRef('refs/heads/main', {entryCount}), expected}]);
          const [first, second] = await Promise.all([put(store, round), put(another, -round)]);
          assert.equal(first!.length + second!.length, 1);
          const winner = first!.length === 0 ? round : -round;
          assert.equal(
            (await store.readRefs(REPO, ['refs/heads/main'])).get('refs/heads/main')?.entryCount,
            winner,
          );
        }
      },
    );

    testStore(open, 'belong to their repository', async ({store}) => {
      await create(store, [makeRef('refs/heads/main', {entryCount: 1})]);
      assert.deepEqual(
        await create(store, [makeRef('refs/heads/main', {repo: OTHER_REPO, entryCount: 2})]),
        [],
      );
      assert.deepEqual(
        (await store.listRefs(REPO)).map(({entryCount}) => entryCount),
        [1],
      );
      assert.deepEqual(
        (await store.listRefs(OTHER_REPO)).map(({entryCount}) => entryCount),
        [2],
      );
      assert.deepEqual(await store.listRefs('nobody'), []);
    });

    testStore(open, 'become tombstones and live again', async ({store}) => {
      await create(store, [
        makeRef('refs/heads/main', {snapshot: serializeBitmap([1]), history: serializeBitmap([1])}),
      ]);
      const tombstone = makeRef('refs/heads/main', {state: 'deleted', target: '', commit: undefined});
      const move = async (record: RefRecord) =>
        store.putRefs([{record, expected: (await versions(store)).get(record.name)}]);
      assert.deepEqual(await move(tombstone), []);
      const read = (await store.readRefs(REPO, ['refs/heads/main'])).get('refs/heads/main');
      assert.deepEqual(plain(read), plain(tombstone));
      assert.deepEqual(plain(read?.snapshot), plain(EMPTY_BITMAP));
      assert.deepEqual(await move(makeRef('refs/heads/main')), []);
      assert.equal((await store.listRefs(REPO))[0]?.state, 'live');
    });

    testStore(open, '3,000 go in by one call, are listed by name, and move again', async ({store}) => {
      const snapshot = serializeBitmap(numbersBelow(3000).map((n) => n * 5));
      const names = numbersBelow(3000).map((n) => `refs/heads/${String(n).padStart(4, '0')}`);
      const records = (entryCount: number) =>
        names.map((name) => makeRef(name, {snapshot, history: snapshot, entryCount}));
      assert.deepEqual(await store.putRefs([]), []);
      assert.deepEqual(await create(store, records(1).toReversed()), []);
      const known = await versions(store);
      assert.deepEqual([...known.keys()], names);
      assert.deepEqual(await create(store, records(2).slice(0, 2000)), names.slice(0, 2000));
      const moves = records(3).map((record) => ({record, expected: known.get(record.name)}));
      assert.deepEqual(await store.putRefs(moves), []);
      assert.ok((await store.listRefs(REPO)).every(({entryCount}) => entryCount === 3));
      const read = await store.readRefs(REPO, names);
      assert.equal(read.size, 3000);
      assert.deepEqual(plain(read.get(names[2999]!)), plain(records(3)[2999]));
    });

    testStore(open, 'may be published, again, and not any more', async ({store}) => {
      await store.putEntries([makeEntry(0, 'a', {content: 'x'})]);
      const main = makeRef('refs/heads/main', {snapshot: serializeBitmap([0])});
      const odd = makeRef('refs/heads/<svg/onload=alert(1)>*?"|\\ é🚀,#:', {snapshot: serializeBitmap([0])});
      await create(store, [main, odd]);
      await store.publishRefs([main, odd], REPO);
      await store.publishRefs([main], REPO);
      await store.publishRefs([], REPO);
      assert.equal((await store.listRefs(REPO)).length, 2);
    });

    testStore(open, 'what is published as it must be differs in nothing', async ({store}) => {
      await store.putRepository(makeRepository());
      const refs = [makeRef('refs/heads/main', {snapshot: serializeBitmap([1])})];
      await store.publishRefs(refs, REPO);
      assert.deepEqual(await store.comparePublished(refs, REPO), []);
      const moved = [makeRef('refs/heads/main', {snapshot: serializeBitmap([2])})];
      const differences = await store.comparePublished(moved, REPO);
      const none = await store.comparePublished([], REPO);
      if (store.backend === 'sqlite') assert.deepEqual([differences, none], [[], []]);
      else {
        assert.deepEqual(
          differences.map(({ref}) => ref),
          ['refs/heads/main'],
        );
        assert.deepEqual(
          none.map(({ref}) => ref),
          [undefined],
        );
      }
    });

    testStore(open, 'a ref is deleted only in the version that was seen', async ({store}) => {
      const names = ['refs/heads/a', 'refs/heads/b', 'refs/heads/c'];
      await store.putRefs(names.map((name) => ({record: makeRef(name), expected: undefined})));
      const seen = await store.listRefs(REPO);
      const refs = seen.map(({name, version}) => ({name, expected: version}));
      await store.putRefs([{record: makeRef('refs/heads/b', {entryCount: 1}), expected: seen[1]!.version}]);
      assert.deepEqual(await store.deleteRefs(REPO, refs), ['refs/heads/b']);
      assert.deepEqual(
        (await store.listRefs(REPO)).map(({name}) => name),
        ['refs/heads/b'],
      );
      assert.deepEqual(await store.deleteRefs(REPO, refs.slice(0, 1)), [], 'may be repeated');
      assert.deepEqual(await store.deleteRefs(REPO, []), []);
    });
  });
}

function create(store: IndexStore, records: readonly RefRecord[]): Promise<string[]> {
  return store.putRefs(records.map((record) => ({record, expected: undefined})));
}

async function versions(store: IndexStore): Promise<Map<string, Version>> {
  return new Map((await store.listRefs(REPO)).map(({name, version}) => [name, version]));
}

function summaries(records: readonly RefRecord[]): unknown[] {
  const byName = records.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return byName.map(({snapshot: _snapshot, history: _history, ...summary}) => plain(summary));
}
