import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {Bitmap, EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import {type Lease, NO_SEQS} from '../../../src/domain/lease.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, rejectsWith, testStore} from './open-store.ts';
import {
  flatten,
  makeCommit,
  makeEntry,
  makeRef,
  numbersBelow,
  OTHER_REPO,
  oidOf,
  plain,
  REPO,
} from './records.ts';

const LEASE: Lease = {holder: 'one', dropped: NO_SEQS, condemned: NO_SEQS};

/** The lease, what is stored whatever shows it, and taking it out again. */
export function testRemoval(open: OpenStore): void {
  void describe('lease', () => {
    testStore(open, 'is written by compare-and-set, and read whole at once', async ({store, openAnother}) => {
      const another = await openAnother();
      assert.equal(await store.readLease(REPO), undefined);
      const first = await store.putLease(REPO, LEASE, undefined);
      assert.ok(first);
      assert.equal(await another.putLease(REPO, {...LEASE, holder: 'two'}, undefined), undefined);
      const full: Lease = {
        holder: 'two',
        dropped: {commits: serializeBitmap([1, 2]), entries: serializeBitmap(numbersBelow(70_000))},
        condemned: {commits: EMPTY_BITMAP, entries: serializeBitmap([7])},
      };
      const second = await another.putLease(REPO, full, first);
      assert.ok(second);
      assert.equal(await store.putLease(REPO, LEASE, first), undefined, 'overtaken');
      const read = await store.readLease(REPO);
      assert.deepEqual(plain(read), plain({lease: full, version: second}));
    });

    testStore(open, 'belongs to its repository, and is no ref', async ({store}) => {
      await store.putLease(REPO, LEASE, undefined);
      assert.equal(await store.readLease(OTHER_REPO), undefined);
      assert.deepEqual(await store.listRefs(REPO), []);
      await store.refresh();
      assert.equal((await store.count(REPO)).refs, 0);
      await store.dropRepository(REPO);
      await store.createCollections();
      assert.equal(await store.readLease(REPO), undefined);
    });
  });

  void describe('removal', () => {
    testStore(open, 'entries go with their words, others stay', async ({store}) => {
      const entries = numbersBelow(5).map((seq) =>
        makeEntry(seq, `file-${seq}.txt`, {content: `needle n${seq}`}),
      );
      const theirs = makeEntry(5, 'theirs.txt', {repo: OTHER_REPO, content: 'needle'});
      await store.putEntries([...entries, theirs]);
      assert.equal(await store.deleteEntries(REPO, serializeBitmap([1, 3, 5, 99])), 2);
      assert.deepEqual(seqsOf(await store.readStoredSeqs(REPO, 'entries')), [0, 2, 4]);
      assert.deepEqual(seqsOf(await store.readStoredSeqs(OTHER_REPO, 'entries')), [5]);
      assert.equal((await store.readEntrySeqs(entries.map(({id}) => id))).size, 3);
      assert.deepEqual(await found(store, 'needle'), [
        'file-0.txt',
        'file-2.txt',
        'file-4.txt',
        'theirs.txt',
      ]);
      assert.deepEqual(await found(store, 'n3'), []);
      assert.equal(await store.deleteEntries(REPO, serializeBitmap([1, 3])), 0, 'may be repeated');
      assert.equal(await store.deleteEntries(REPO, EMPTY_BITMAP), 0);
    });

    testStore(open, 'an entry comes back under another seq', async ({store}) => {
      const entry = makeEntry(1, 'again.txt', {content: 'needle', oid: oidOf('same')});
      await store.putEntries([entry]);
      await store.deleteEntries(REPO, serializeBitmap([1]));
      assert.deepEqual(await store.putEntries([{...entry, seq: 2}]), []);
      assert.equal(
        await store.deleteEntries(REPO, serializeBitmap([1])),
        0,
        'its old number means nothing now',
      );
      assert.deepEqual(await found(store, 'needle'), ['again.txt']);
    });

    testStore(open, 'more entries than one request takes', async ({store}) => {
      const entries = numbersBelow(12_000).map((seq) => makeEntry(seq, `${seq}`));
      await store.putEntries(entries);
      assert.equal(await store.deleteEntries(REPO, serializeBitmap(numbersBelow(11_500))), 11_500);
      assert.deepEqual(
        seqsOf(await store.readStoredSeqs(REPO, 'entries')),
        numbersBelow(12_000).slice(11_500),
      );
    });

    testStore(open, 'entries are found by oid and by path, whatever shows them', async ({store}) => {
      const shared = oidOf('shared');
      await store.putEntries([
        makeEntry(0, 'a.bin', {oid: shared, objectKey: 'k'}),
        makeEntry(1, 'b.bin', {oid: shared, objectKey: 'k'}),
        makeEntry(2, 'dir/a.bin'),
        makeEntry(4, 'dir.bin'),
        makeEntry(3, 'a.bin', {repo: OTHER_REPO, oid: shared}),
      ]);
      await store.refresh();
      const seqs = async (by: Parameters<IndexStore['findEntries']>[1]) =>
        (await flatten(store.findEntries(REPO, by))).map(({seq}) => seq).sort();
      assert.deepEqual(await seqs({oids: [shared, oidOf('none')]}), [0, 1]);
      assert.deepEqual(await seqs({path: 'a.bin'}), [0]);
      assert.deepEqual(await seqs({path: 'dir'}), [2], 'below it, too');
      assert.deepEqual(await seqs({path: 'a'}), []);
      assert.deepEqual(await seqs({oids: []}), []);
    });

    testStore(open, 'commits go with their paths, others stay', async ({store}) => {
      const commits = numbersBelow(4).map((seq) => makeCommit(seq, {paths: ['dir/a.txt', `b-${seq}.txt`]}));
      await store.putCommits([...commits, makeCommit(4, {repo: OTHER_REPO, paths: ['dir/a.txt']})]);
      assert.equal(await store.deleteCommits(REPO, serializeBitmap([0, 2, 4])), 2);
      assert.deepEqual(seqsOf(await store.readStoredSeqs(REPO, 'commits')), [1, 3]);
      assert.deepEqual(
        [
          ...(await store.readKnownCommits(
            REPO,
            commits.map(({oid}) => oid),
          )),
        ].length,
        2,
      );
      const history = serializeBitmap(numbersBelow(10));
      const log = await flatten(store.listCommits({history, path: 'dir'}));
      assert.deepEqual(log.map(({seq}) => seq).sort(), [1, 3, 4]);
      assert.equal(await store.deleteCommits(REPO, serializeBitmap([0])), 0, 'may be repeated');
    });

    testStore(open, 'commits are scanned by seq, by what they changed', async ({store}) => {
      const long = `${'d/'.repeat(5000)}long.txt`;
      const commits = [
        makeCommit(0, {
          paths: ['a.txt'],
          snapshot: {added: serializeBitmap([1]), removed: EMPTY_BITMAP, spentBytes: 0},
        }),
        makeCommit(1, {paths: ['dir/a.txt', long]}),
        makeCommit(2, {paths: ['dir/a.txt/b']}),
      ];
      await store.putCommits([...commits, makeCommit(3, {repo: OTHER_REPO, paths: ['a.txt']})]);
      await store.refresh();
      const scan = async (filter: Parameters<IndexStore['scanCommits']>[1]) =>
        flatten(store.scanCommits(REPO, filter));
      assert.deepEqual(plain(await scan({})), plain(commits.map(({paths: _paths, ...node}) => node)));
      const numbers = async (filter: Parameters<IndexStore['scanCommits']>[1]) =>
        (await scan(filter)).map(({seq}) => seq);
      assert.deepEqual(await numbers({seqs: serializeBitmap([0, 2, 3])}), [0, 2]);
      assert.deepEqual(await numbers({paths: ['a.txt', 'none']}), [0]);
      assert.deepEqual(await numbers({paths: ['dir/a.txt']}), [1]);
      assert.deepEqual(await numbers({paths: ['dir', 'dir/a']}), []);
      assert.deepEqual(await numbers({paths: [long]}), [1]);
      assert.deepEqual(await numbers({seqs: serializeBitmap([0]), paths: ['dir/a.txt']}), []);
      const child = makeCommit(4, {parents: [oidOf('p')], message: 'says "parents":[] itself\n'});
      await store.putCommits([child]);
      await store.refresh();
      assert.deepEqual(await numbers({isRoot: true}), [0, 1, 2]);
    });

    testStore(open, 'replaceCommits overwrites, also what a query sees', async ({store}) => {
      await store.putCommits([makeCommit(0, {paths: ['old.txt']}), makeCommit(1)]);
      await store.replaceCommits([makeCommit(0, {paths: ['new.txt']})]);
      await store.refresh();
      const history = serializeBitmap([0, 1]);
      assert.deepEqual(await flatten(store.listCommits({history, path: 'old.txt'})), []);
      assert.equal((await flatten(store.listCommits({history, path: 'new.txt'}))).length, 1);
      await rejectsWith('CONFLICT', store.replaceCommits([{...makeCommit(0), seq: 9}]));
    });

    testStore(open, 'expunge keeps what is there, and may be repeated', async ({store}) => {
      await store.putEntries(
        numbersBelow(50).map((seq) => makeEntry(seq, `${seq}.txt`, {content: 'needle'})),
      );
      await store.refresh();
      await store.deleteEntries(REPO, serializeBitmap(numbersBelow(49)));
      await store.expunge();
      await store.expunge();
      assert.deepEqual(await found(store, 'needle'), ['49.txt']);
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

function seqsOf(bitmap: Uint8Array): number[] {
  using seqs = Bitmap.parse(bitmap);
  return [...seqs];
}

async function found(store: IndexStore, text: string): Promise<string[]> {
  const {hits} = await store.search({
    query: {clauses: [{type: 'words', isNegated: false, text, isPrefix: false}]},
    snapshot: serializeBitmap(numbersBelow(100)),
    limit: 100,
  });
  return hits.map(({entry}) => entry.path).sort();
}
