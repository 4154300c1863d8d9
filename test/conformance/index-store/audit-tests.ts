import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {documentId} from '../../../src/domain/document-id.ts';
import type {StoredDocument} from '../../../src/store/ports/audit.ts';
import {type OpenStore, testStore} from './open-store.ts';
import {
  flatten,
  makeCommit,
  makeEntry,
  makeRef,
  makeRepository,
  numbersBelow,
  OTHER_REPO,
  plain,
  REPO,
} from './records.ts';

/** The promises of AuditStore. Damaged documents are in e2e/verify: only engines can make them. */
export function testAudit(open: OpenStore): void {
  void describe('audit', () => {
    testStore(open, 'entries come as they were put, with their contents where asked for', async ({store}) => {
      const entries = [
        makeEntry(0, 'a.md', {
          content: '# Title\n',
          title: 'Title',
          headings: ['Title'],
          frontMatter: [{key: 'k', type: 'string', value: 'v'}],
        }),
        makeEntry(1, 'b.bin', {objectKey: 'key'}),
        makeEntry(2, `${'long/'.repeat(3000)}c.txt`, {content: ''}),
      ];
      await store.putEntries(entries);
      await store.refresh();
      const whole = await flatten(store.auditEntries(REPO, {withContent: true}));
      assert.deepEqual(recordsOf(whole), plain(entries));
      const bare = await flatten(store.auditEntries(REPO, {withContent: false}));
      assert.deepEqual(
        recordsOf(bare),
        plain(entries.map((entry) => ({...entry, content: undefined, headings: undefined}))),
      );
      for (const {id, seq, record, defect} of [...whole, ...bare])
        assert.deepEqual([id, seq, defect], [record!.id, record!.seq, undefined]);
      const some = store.auditEntries(REPO, {withContent: false, seqs: serializeBitmap([1, 9])});
      assert.deepEqual(
        (await flatten(some)).map(({seq}) => seq),
        [1],
      );
    });

    testStore(open, 'commits come whole, all of them or those of some oids', async ({store}) => {
      const snapshot = {added: serializeBitmap([1, 2]), removed: serializeBitmap([]), spentBytes: 0};
      const commits = [
        makeCommit(0, {paths: ['a/b', 'c'], snapshot}),
        makeCommit(1, {paths: ['a/b', 'a/b'], parents: [makeCommit(0).oid]}),
      ];
      await store.putCommits(commits);
      const found = await flatten(store.auditCommits(REPO, {oids: [commits[1]!.oid, 'f'.repeat(40)]}));
      assert.deepEqual(recordsOf(found), plain([commits[1]]));
      assert.equal(found[0]!.id, documentId(REPO, commits[1]!.oid));
      await store.refresh();
      const all = await flatten(store.auditCommits(REPO));
      assert.deepEqual(recordsOf(all), plain(commits));
      assert.ok(all.every(({defect}) => defect === undefined));
    });

    testStore(open, 'refs come whole, tombstones included', async ({store}) => {
      const refs = [
        makeRef('refs/heads/a', {snapshot: serializeBitmap([3])}),
        makeRef('refs/heads/b', {state: 'deleted', target: '', commit: undefined}),
      ];
      await store.putRefs(refs.map((record) => ({record, expected: undefined})));
      await store.putLease(REPO, {holder: 'x', dropped: SEQS, condemned: SEQS}, undefined);
      await store.reserveSeqs('entries', 1);
      await store.refresh();
      const found = await flatten(store.auditRefs(REPO));
      const sorted = found.toSorted((a, b) => (a.record!.name < b.record!.name ? -1 : 1));
      assert.deepEqual(plain(sorted.map(({record}) => record)), plain(refs));
      assert.equal(sorted[0]!.id, documentId(REPO, 'refs/heads/a'));
    });

    testStore(
      open,
      'what belongs to a neighbour is left out, what belongs to nobody is not',
      async ({store}) => {
        await store.putRepository(makeRepository({isShared: true}));
        await store.putRepository(makeRepository({id: OTHER_REPO, name: 'b', isShared: true}));
        await store.putEntries([
          makeEntry(0, 'ours'),
          makeEntry(1, 'theirs', {repo: OTHER_REPO}),
          makeEntry(2, 'whose', {repo: 'nobody'}),
        ]);
        await store.putCommits([
          makeCommit(0),
          makeCommit(1, {repo: OTHER_REPO}),
          makeCommit(2, {repo: 'nobody'}),
        ]);
        await store.refresh();
        const entries = await flatten(store.auditEntries(REPO, {withContent: false}));
        assert.deepEqual(entries.map(({seq}) => seq).sort(), [0, 2]);
        assert.deepEqual((await flatten(store.auditCommits(REPO))).map(({seq}) => seq).sort(), [0, 2]);
      },
    );

    testStore(open, 'more documents than a page takes', async ({store}) => {
      await store.putEntries(numbersBelow(2500).map((seq) => makeEntry(seq, `${seq}`)));
      await store.refresh();
      const found = await flatten(store.auditEntries(REPO, {withContent: false}));
      assert.equal(new Set(found.map(({id}) => id)).size, 2500);
      const names = numbersBelow(450).map((i) => `refs/heads/${i}`);
      await store.putRefs(names.map((name) => ({record: makeRef(name), expected: undefined})));
      await store.refresh();
      const refs = (await flatten(store.auditRefs(REPO))).map(({record}) => record!.name);
      assert.deepEqual(refs.toSorted(), names.toSorted());
    });

    testStore(open, 'documents are deleted by key, with all that belongs to them', async ({store}) => {
      await store.putEntries([
        makeEntry(0, 'a.txt', {content: 'needle'}),
        makeEntry(1, 'b.txt', {content: 'needle'}),
      ]);
      await store.putCommits([makeCommit(0, {paths: ['a.txt']}), makeCommit(1, {paths: ['a.txt']})]);
      await store.putRefs([{record: makeRef('refs/heads/a'), expected: undefined}]);
      await store.refresh();
      const keyOf = async <T>(documents: AsyncIterable<StoredDocument<T>[]>) =>
        (await flatten(documents)).find(({seq}) => seq !== 1)!.key;
      await store.deleteDocuments('entries', [await keyOf(store.auditEntries(REPO, {withContent: false}))]);
      await store.deleteDocuments('commits', [await keyOf(store.auditCommits(REPO))]);
      await store.deleteDocuments('refs', [await keyOf(store.auditRefs(REPO))]);
      await store.deleteDocuments('refs', []);
      assert.deepEqual(
        (await flatten(store.auditEntries(REPO, {withContent: true}))).map(({seq}) => seq),
        [1],
      );
      assert.deepEqual(
        (await flatten(store.auditCommits(REPO))).map(({seq}) => seq),
        [1],
      );
      assert.deepEqual(await store.listRefs(REPO), []);
      const history = serializeBitmap([0, 1]);
      const log = await flatten(store.listCommits({history, path: 'a.txt'}));
      assert.deepEqual(
        log.map(({seq}) => seq),
        [1],
      );
    });
  });
}

const SEQS = {commits: serializeBitmap([]), entries: serializeBitmap([])};

function recordsOf(documents: readonly StoredDocument<{readonly seq: number}>[]): unknown {
  return plain(documents.map(({record}) => record!).sort((a, b) => a.seq - b.seq));
}
