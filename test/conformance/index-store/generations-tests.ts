import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {type Lease, NO_SEQS} from '../../../src/domain/lease.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, rejectsWith, testStore} from './open-store.ts';
import {
  flatten,
  makeCommit,
  makeEntry,
  makeRef,
  makeRepository,
  numbersBelow,
  oidOf,
  plain,
  queryOf,
  REPO,
  words,
} from './records.ts';

/** The promises of GenerationStore. */
export function testGenerations(open: OpenStore): void {
  void describe('generations', () => {
    testStore(open, 'the next one is a set of its own, and is found again', async ({store, openAnother}) => {
      await fill(store, 'old', 0);
      const next = await store.openNext();
      assert.equal(await next.hasCollections(), true);
      assert.deepEqual(await contents(next), empty());
      await fill(next, 'new', 0);
      assert.deepEqual(await contents(store), contentOf('old'));
      await next[Symbol.asyncDispose]();

      const another = await openAnother();
      const again = await another.openNext();
      assert.deepEqual(await contents(again), contentOf('new'));
      assert.deepEqual(await contents(another), contentOf('old'));
      assert.equal((await again.readCommitSeqs(REPO, [oidOf('new'), oidOf('old')])).get(oidOf('new')), 0);
      await again[Symbol.asyncDispose]();
    });

    testStore(open, 'the next one can be dropped, and begun anew', async ({store}) => {
      await fill(store, 'old', 0);
      await store.dropNext();
      assert.equal(await store.hasNext(), false);
      const next = await store.openNext();
      await fill(next, 'new', 0);
      await next[Symbol.asyncDispose]();
      assert.equal(await store.hasNext(), true);
      await store.dropNext();
      await store.dropNext();
      assert.equal(await store.hasNext(), false);
      const again = await store.openNext();
      assert.deepEqual(await contents(again), empty());
      assert.equal(await again.reserveSeqs('entries', 1), 0);
      await again[Symbol.asyncDispose]();
      assert.deepEqual(await contents(store), contentOf('old'));
    });

    testStore(
      open,
      'the next one takes over for every store, whenever it was opened',
      async ({store, openAnother}) => {
        const before = await openAnother();
        for (const [round, name] of ['first', 'second', 'third'].entries()) {
          const next = round === 0 ? undefined : await store.openNext();
          await fill(next ?? store, name, round);
          if (next) {
            await next[Symbol.asyncDispose]();
            await store.promoteNext();
          }
          const after = await openAnother();
          for (const each of [store, before, after]) assert.deepEqual(await contents(each), contentOf(name));
          await store.hasCollections();
          await store.dropSuperseded(10_000);
          for (const each of [store, before, after]) assert.deepEqual(await contents(each), contentOf(name));
        }
      },
    );

    testStore(open, 'numbers go on where they were', async ({store, openAnother}) => {
      const another = await openAnother();
      await store.reserveSeqs('entries', 100);
      await store.reserveSeqs('commits', 7);
      const next = await store.openNext();
      await next.reserveSeqs('commits', 50);
      await store.reserveSeqs('entries', 11);
      await next[Symbol.asyncDispose]();
      await store.promoteNext();
      assert.equal(await another.reserveSeqs('entries', 1), 111);
      assert.equal(await another.reserveSeqs('commits', 1), 50);
      assert.equal(await store.reserveSeqs('entries', 1), 112);
    });

    testStore(open, 'a lease is copied where the next one has none of its own', async ({store}) => {
      const lease = (holder: string): Lease => ({
        holder,
        dropped: {commits: serializeBitmap([1]), entries: serializeBitmap([2])},
        condemned: NO_SEQS,
      });
      await fill(store, 'old', 0);
      await store.putLease(REPO, lease('old'), undefined);
      const next = await store.openNext();
      await fill(next, 'new', 0);
      await next[Symbol.asyncDispose]();
      await store.promoteNext();
      assert.deepEqual(plain((await store.readLease(REPO))?.lease), plain(lease('old')));

      const third = await store.openNext();
      await fill(third, 'third', 0);
      await third.putLease(REPO, lease('third'), undefined);
      await third[Symbol.asyncDispose]();
      await store.promoteNext();
      assert.equal((await store.readLease(REPO))?.lease?.holder, 'third');
    });

    testStore(
      open,
      'whoever wrote before the swap is refused, and looks again',
      async ({store, openAnother}) => {
        await fill(store, 'old', 0);
        const writes: ((writer: IndexStore) => Promise<unknown>)[] = [
          (writer) => writer.putEntries([makeEntry(5, 'late', {content: 'late'})]),
          (writer) => writer.putCommits([makeCommit(5, {oid: oidOf('late')})]),
          (writer) => writer.putRefs([{record: makeRef('refs/heads/late'), expected: undefined}]),
          (writer) => writer.deleteEntries(REPO, serializeBitmap([1])),
          (writer) => writer.reserveSeqs('entries', 1),
          (writer) => writer.putRepository(makeRepository({name: 'late'})),
          (writer) =>
            writer.putLease(REPO, {holder: 'late', dropped: NO_SEQS, condemned: NO_SEQS}, undefined),
        ];
        for (const write of writes) {
          const writer = await openAnother();
          await writer.hasCollections();
          await writer.listRefs(REPO);
          const next = await store.openNext();
          await fill(next, 'new', 1);
          await next[Symbol.asyncDispose]();
          await store.promoteNext();
          await rejectsWith('CONFLICT', write(writer));
          assert.deepEqual(await contents(store), contentOf('new'));
          assert.deepEqual(await contents(writer), contentOf('new'));
          await store.refresh();
          assert.deepEqual(await store.count(REPO), {
            ...(await writer.count(REPO)),
            entries: 1,
            commits: 1,
            refs: 1,
          });
          await writer.putEntries([makeEntry(9, 'in time', {content: 'in time'})]);
          assert.equal((await store.readEntrySeqs([makeEntry(9, 'in time').id])).size, 1);
        }
      },
    );

    testStore(open, 'a reader between two pages goes on in the new one', async ({store, openAnother}) => {
      const commits = numbersBelow(2500).map((seq) => makeCommit(seq));
      const history = serializeBitmap(numbersBelow(2500));
      await store.putCommits(commits);
      const next = await store.openNext();
      await next.putCommits(commits);
      await next.refresh();
      await next[Symbol.asyncDispose]();
      await store.refresh();
      const reader = await openAnother();
      const log = reader.listCommits({history})[Symbol.asyncIterator]();
      const first = await log.next();
      await store.promoteNext();
      await store.hasCollections();
      await store.dropSuperseded(10_000);
      const rest = await flatten({[Symbol.asyncIterator]: () => log});
      const seqs = [...(first.value as {seq: number}[]), ...rest].map(({seq}) => seq);
      assert.deepEqual(seqs, numbersBelow(2500).toReversed());
    });

    testStore(
      open,
      'without a next one there is nothing to promote, and nothing to drop',
      async ({store}) => {
        await fill(store, 'old', 0);
        await rejectsWith('NOT_FOUND', store.promoteNext());
        await store.hasCollections();
        await store.dropSuperseded(0);
        assert.deepEqual(await contents(store), contentOf('old'));
      },
    );

    testStore(open, 'go with the last repository of the set', async ({store, openAnother}) => {
      await fill(store, 'old', 0);
      const next = await store.openNext();
      await fill(next, 'new', 0);
      await next[Symbol.asyncDispose]();
      await store.dropRepository(REPO);
      await store.createCollections();
      await fill(store, 'anew', 0);
      const again = await (await openAnother()).openNext();
      assert.deepEqual(await contents(again), empty());
      await again[Symbol.asyncDispose]();
    });

    test('of a set that nobody created there is none', async () => {
      const {store, dispose} = await open(`ctr-test-${randomUUID()}`);
      try {
        await rejectsWith('NOT_FOUND', store.openNext());
        await store.dropNext();
        assert.equal(await store.hasCollections(), false);
      } finally {
        await dispose();
      }
    });
  });
}

/** One of everything, told apart by `name`, visible afterwards. */
async function fill(store: IndexStore, name: string, seq: number): Promise<void> {
  const set = serializeBitmap([seq]);
  await store.putRepository(makeRepository({head: `refs/heads/${name}`}));
  await store.putEntries([makeEntry(seq, name, {content: 'common'})]);
  await store.putCommits([makeCommit(seq, {oid: oidOf(name), subject: name})]);
  await store.putRefs([
    {record: makeRef(`refs/heads/${name}`, {snapshot: set, history: set}), expected: undefined},
  ]);
  await store.refresh();
}

/** What readers find, by every kind of read. */
async function contents(store: IndexStore): Promise<unknown> {
  const all = serializeBitmap(numbersBelow(10));
  const found = await store.search({expression: queryOf(words('common')), snapshot: all, limit: 10});
  return {
    repositories: (await store.listRepositories()).map(({head}) => head),
    refs: (await store.listRefs(REPO)).map(({name}) => name),
    found: found.hits.map(({entry}) => entry.path),
    scanned: (await flatten(store.scanEntries({snapshot: all}))).map(({path}) => path),
    log: (await flatten(store.listCommits({history: all}))).map(({subject}) => subject),
  };
}

function contentOf(name: string) {
  const ref = `refs/heads/${name}`;
  return {repositories: [ref], refs: [ref], found: [name], scanned: [name], log: [name]};
}

function empty() {
  return {repositories: [], refs: [], found: [], scanned: [], log: []};
}
