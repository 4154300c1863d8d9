import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, rejectsWith, testStore} from './open-store.ts';
import {
  flatten,
  makeCommit,
  makeEntry,
  makeRef,
  makeRepository,
  OTHER_REPO,
  oidOf,
  plain,
  queryOf,
  REPO,
  words,
} from './records.ts';

const OTHER = makeRepository({id: OTHER_REPO, name: 'b'});

/** Collections, the repositories of a set, their numbers, and what is left when one goes. */
export function testCollections(open: OpenStore): void {
  void describe('a set that nobody created', () => {
    test('has no collections and no repositories', async () => {
      const {store, dispose} = await open(`ctr-test-${randomUUID()}`);
      try {
        assert.equal(await store.hasCollections(), false);
        assert.deepEqual(await store.listRepositories(), []);
        await store.dropRepository(REPO);
      } finally {
        await dispose();
      }
    });
  });

  void describe('collections', () => {
    testStore(open, 'exist after createCollections, which may be repeated', async ({store, openAnother}) => {
      assert.equal(await store.hasCollections(), true);
      await store.createCollections();
      const another = await openAnother();
      assert.equal(await another.hasCollections(), true);
    });

    test('two stores may create them at once', async () => {
      const set = `ctr-test-${randomUUID()}`;
      const both = [await open(set), await open(set)];
      try {
        await Promise.all(both.map(({store}) => store.createCollections()));
        assert.equal(await both[0]!.store.reserveSeqs('entries', 1), 0);
        assert.equal(await both[1]!.store.reserveSeqs('entries', 1), 1);
      } finally {
        for (const {dispose} of both) await dispose();
      }
    });

    testStore(open, 'belong to a backend that names itself', async ({store}) => {
      assert.match(store.engine, /^\w+ \d+\.\d+/);
      assert.ok(store.writeConcurrency >= 1);
    });
  });

  void describe('repositories', () => {
    testStore(open, 'are stored, changed and listed by name', async ({store}) => {
      await store.putRepository({...OTHER, isShared: true});
      await store.putRepository(makeRepository({isShared: true}));
      await store.putRepository(makeRepository({isShared: true, boundary: 'ab12'}));
      assert.equal((await store.listRepositories())[0]!.boundary, 'ab12');
      await store.putRepository(makeRepository({isShared: true, head: undefined, boundary: undefined}));
      assert.deepEqual(plain(await store.listRepositories()), [
        plain(makeRepository({isShared: true, head: undefined})),
        plain({...OTHER, isShared: true}),
      ]);
    });

    testStore(open, 'may be renamed', async ({store}) => {
      await store.putRepository(makeRepository());
      await store.putRepository(makeRepository({name: 'renamed', objectFormat: 'sha256'}));
      const expected = [makeRepository({name: 'renamed', objectFormat: 'sha256'})];
      assert.deepEqual(plain(await store.listRepositories()), plain(expected));
    });

    for (const [first, second] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const title = `a second one is refused where the first ${first ? 'shares' : 'does not share'}, the second ${second ? 'does' : 'does not'}`;
      testStore(open, title, async ({store}) => {
        await store.putRepository(makeRepository({isShared: first}));
        const error = await rejectsWith('CONFLICT', store.putRepository({...OTHER, isShared: second}));
        assert.match(error.message, /\ba\b.*repo-a/);
        assert.match(error.hint ?? '', /ctr\.index\.name.*ctr\.index\.shared/);
        assert.equal((await store.listRepositories()).length, 1);
      });
    }

    testStore(open, 'the name of another one is refused, shared or not', async ({store}) => {
      await store.putRepository(makeRepository({isShared: true}));
      await rejectsWith('CONFLICT', store.putRepository({...OTHER, name: 'a', isShared: true}));
    });

    testStore(open, 'of two that arrive at once only one gets the set', async ({store, openAnother}) => {
      const another = await openAnother();
      const results = await Promise.allSettled([
        store.putRepository(makeRepository()),
        another.putRepository(OTHER),
      ]);
      assert.deepEqual(results.map(({status}) => status).sort(), ['fulfilled', 'rejected']);
      assert.equal((await store.listRepositories()).length, 1);
    });

    testStore(open, 'that share and arrive at once both get in', async ({store, openAnother}) => {
      const another = await openAnother();
      await Promise.all([
        store.putRepository(makeRepository({isShared: true})),
        another.putRepository({...OTHER, isShared: true}),
      ]);
      assert.deepEqual(
        (await store.listRepositories()).map(({name}) => name),
        ['a', 'b'],
      );
    });
  });

  void describe('reserveSeqs', () => {
    testStore(open, 'counts from 0, each series for itself', async ({store}) => {
      assert.equal(await store.reserveSeqs('entries', 10), 0);
      assert.equal(await store.reserveSeqs('entries', 1), 10);
      assert.equal(await store.reserveSeqs('commits', 5), 0);
      assert.equal(await store.reserveSeqs('entries', 1), 11);
    });

    testStore(open, 'never gives a number twice, whoever asks', async ({store, openAnother}) => {
      const another = await openAnother();
      const counts = Array.from({length: 40}, (_, i) => 1 + (i % 7));
      const taken = await Promise.all(
        counts.map(async (count, i) => {
          const first = await (i % 2 === 0 ? store : another).reserveSeqs('entries', count);
          return Array.from({length: count}, (_, offset) => first + offset);
        }),
      );
      const numbers = taken.flat().sort((a, b) => a - b);
      assert.equal(new Set(numbers).size, numbers.length);
    });

    testStore(open, 'sees at once what another store took', async ({store, openAnother}) => {
      const another = await openAnother();
      assert.equal(await store.reserveSeqs('commits', 3), 0);
      assert.equal(await another.reserveSeqs('commits', 3), 3);
      assert.equal(await store.reserveSeqs('commits', 3), 6);
    });
  });

  void describe('dropRepository', () => {
    testStore(open, 'leaves nothing of the repository, and everything of the others', async ({store}) => {
      await fill(store, REPO, 'a', 0);
      await fill(store, OTHER_REPO, 'b', 10);
      await store.dropRepository(REPO);
      await store.refresh();

      assert.deepEqual(
        (await store.listRepositories()).map(({id}) => id),
        [OTHER_REPO],
      );
      assert.deepEqual(await holdings(store, REPO, 0), {entries: 0, commits: 0, refs: 0, hits: 0, log: 0});
      assert.deepEqual(await holdings(store, OTHER_REPO, 10), {
        entries: 1,
        commits: 1,
        refs: 1,
        hits: 1,
        log: 1,
      });
      assert.equal((await store.readEntrySeqs([makeEntry(0, 'a.txt').id])).size, 0);
      assert.equal((await store.readCommits(REPO, [oidOf(`${REPO} commit 0`)])).size, 0);
      assert.equal((await store.readRefs(REPO, ['refs/heads/main'])).size, 0);
    });

    testStore(open, 'may be repeated, and the set may be used again', async ({store}) => {
      await fill(store, REPO, 'a', 0);
      await store.dropRepository(REPO);
      await store.dropRepository(REPO);
      assert.deepEqual(await store.listRepositories(), []);
      await store.createCollections();
      assert.deepEqual(await holdings(store, REPO, 0), {entries: 0, commits: 0, refs: 0, hits: 0, log: 0});
      await fill(store, OTHER_REPO, 'a', 0);
      assert.deepEqual(await holdings(store, OTHER_REPO, 0), {
        entries: 1,
        commits: 1,
        refs: 1,
        hits: 1,
        log: 1,
      });
    });
  });
}

/** One entry, one commit and one ref of the repository, visible afterwards. */
async function fill(store: IndexStore, repo: string, name: string, seq: number): Promise<void> {
  const set = serializeBitmap([seq]);
  await store.putRepository(makeRepository({id: repo, name, isShared: true}));
  await store.putEntries([makeEntry(seq, `${name}.txt`, {repo, content: 'shared words'})]);
  await store.putCommits([makeCommit(seq, {repo})]);
  const record = makeRef('refs/heads/main', {repo, snapshot: set, history: set});
  await store.putRefs([{record, expected: undefined}]);
  await store.publishRefs([record], repo);
  await store.refresh();
}

async function holdings(store: IndexStore, repo: string, seq: number) {
  const set = serializeBitmap([seq]);
  const {entries, commits, refs} = await store.count(repo);
  const {total} = await store.search({query: queryOf(words('shared words')), snapshot: set, limit: 10});
  const log = await flatten(store.listCommits({history: set}));
  return {entries, commits, refs, hits: total, log: log.length};
}
