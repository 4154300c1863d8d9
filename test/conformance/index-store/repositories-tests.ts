import assert from 'node:assert/strict';
import {describe} from 'node:test';
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

/** The promises of RepositoryStore. */
export function testRepositories(open: OpenStore): void {
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
  const {total} = await store.search({expression: queryOf(words('shared words')), snapshot: set, limit: 10});
  const log = await flatten(store.listCommits({history: set}));
  return {entries, commits, refs, hits: total, log: log.length};
}
