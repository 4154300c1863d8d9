import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {Entry, EntrySummary} from '../../../src/domain/entry.ts';
import {FIND_OIDS_MAX, type StoredEntryFilter} from '../../../src/store/ports/entries.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, rejectsWith, testStore} from './open-store.ts';
import {
  flatten,
  found,
  makeEntry,
  numbersBelow,
  OTHER_REPO,
  oidOf,
  plain,
  queryOf,
  REPO,
  seqsOf,
  words,
} from './records.ts';

const EVERY_CONTROL = numbersBelow(32)
  .map((code) => String.fromCharCode(code))
  .join('');

/** Texts that trip up JSON, SQL, analyzers or terminals. */
const ODD_TEXTS: Readonly<Record<string, string>> = {
  'control characters': `a${EVERY_CONTROL}\u007f\u0085z`,
  'U+0000 in the middle': 'before\u0000after',
  'quotes and backslashes': `"'\`\\" \\u0000 \\n {"a": [1}`,
  'line ends of all kinds': 'a\r\nb\rc\nd\u2028e\u2029f',
  'emoji and other astral characters': '🚀👨‍👩‍👧‍👦 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff}',
  'right to left, combining and invisible characters': 'שלום \u202e abc e\u0301 \u200b\ufeff',
  'a word without an end': 'x'.repeat(100_000),
  'nothing but spaces': '  \t  ',
  'no character at all': '',
  'bulk actions': '{"index":{}}\n{"delete":{"_id":"x"}}\n',
};

/** The promises of EntryStore; those of EntryReader are in entries-reading-tests.ts. */
export function testEntries(open: OpenStore): void {
  void describe('putEntries', () => {
    testStore(
      open,
      'an entry is found by its id at once, and by queries after a refresh',
      async ({store}) => {
        const entry = makeEntry(7, 'src/a.txt', {content: 'some words'});
        assert.deepEqual(await store.putEntries([entry]), []);
        assert.deepEqual(await store.readEntrySeqs([entry.id, 'missing']), new Map([[entry.id, 7]]));
        await store.refresh();
        assert.deepEqual(plain(await store.readEntry(serializeBitmap([7]), 'src/a.txt')), summaryOf(entry));
      },
    );

    testStore(open, 'every member survives, present or absent', async ({store}) => {
      const full = makeEntry(0, 'docs/Übung.md', {
        content: 'text',
        mode: '100755',
        language: 'Markdown',
        encoding: 'utf-8',
        title: 'A "title"',
        objectKey: 'objects/ab/cd',
        mime: 'text/markdown',
        introducedBy: oidOf('x'),
        frontMatter: [{key: 'tags', type: 'string', value: 'one'}] as Entry['frontMatter'],
      });
      const sha256 = makeEntry(1, 'big.bin', {
        oid: 'ab'.repeat(32),
        sizeBytes: 5_000_000_000,
        notIndexed: 'too-large',
      });
      const submodule = makeEntry(2, 'sub', {kind: 'submodule', mode: '160000', sizeBytes: 0});
      await putAndRefresh(store, [full, sha256, submodule]);
      assert.deepEqual(
        await readAll(store, [full, sha256, submodule]),
        [full, sha256, submodule].map(summaryOf),
      );
    });

    for (const [title, text] of Object.entries(ODD_TEXTS)) {
      testStore(open, `content survives: ${title}`, async ({store}) => {
        const entry = makeEntry(0, 'a.txt', {content: text, title: text.slice(0, 200)});
        assert.deepEqual(await store.putEntries([entry]), []);
        await store.refresh();
        assert.deepEqual(await readAll(store, [entry]), [summaryOf(entry)]);
      });
    }

    testStore(open, 'paths survive, whatever they hold', async ({store}) => {
      const paths = [
        ...Object.values(ODD_TEXTS).slice(2, 6),
        EVERY_CONTROL.slice(1),
        '../../etc/passwd',
        '/abs',
        ' ',
      ].map((text) => `dir ${text.slice(0, 1000)}/${text.slice(0, 1000)}`);
      const entries = paths.map((path, seq) => makeEntry(seq, path, {content: 'x'}));
      await putAndRefresh(store, entries);
      assert.deepEqual(await readAll(store, entries), entries.map(summaryOf));
    });

    testStore(open, 'a batch of many megabytes goes in whole', async ({store}) => {
      const entries = numbersBelow(40).map((seq) =>
        makeEntry(seq, `big/${seq}.txt`, {content: `needle${seq} ${'lorem ipsum é '.repeat(40_000)}`}),
      );
      await putAndRefresh(store, entries);
      assert.equal((await store.readEntrySeqs(entries.map(({id}) => id))).size, 40);
      const told: string[] = [];
      await store.search({
        expression: queryOf(words('needle39')),
        snapshot: serializeBitmap([39]),
        limit: 1,
        onContent: (_entry, content) => told.push(content),
      });
      assert.deepEqual(told, [entries[39]!.content]);
    });

    testStore(open, 'an empty batch does nothing', async ({store}) => {
      assert.deepEqual(await store.putEntries([]), []);
      assert.deepEqual(await store.replaceEntries([]), []);
      assert.equal((await store.readEntrySeqs([])).size, 0);
    });

    testStore(open, 'may be repeated: what is there stays as it is', async ({store}) => {
      const first = makeEntry(3, 'a.txt', {content: 'first'});
      await store.putEntries([first]);
      await store.putEntries([first, makeEntry(4, 'b.txt', {content: 'b'})]);
      await putAndRefresh(store, [{...first, content: 'second'}]);
      assert.deepEqual(await readAll(store, [first]), [summaryOf(first)]);
      assert.equal((await store.count(first.repo)).entries, 2);
    });

    testStore(open, 'an id under another seq is a conflict', async ({store}) => {
      const entry = makeEntry(3, 'a.txt', {content: 'x'});
      await store.putEntries([entry]);
      await rejectsWith('CONFLICT', store.putEntries([makeEntry(9, 'b.txt'), {...entry, seq: 4}]));
      assert.equal((await store.readEntrySeqs([entry.id])).get(entry.id), 3);
    });

    testStore(open, 'two stores may write the same entries at once', async ({store, openAnother}) => {
      const another = await openAnother();
      const entries = numbersBelow(200).map((seq) => makeEntry(seq, `f/${seq}`, {content: `text ${seq}`}));
      const refused = await Promise.all([store.putEntries(entries), another.putEntries(entries)]);
      assert.deepEqual(refused, [[], []]);
      await store.refresh();
      assert.equal((await store.count(entries[0]!.repo)).entries, 200);
    });

    testStore(open, 'takes as many calls at once as it says', async ({store}) => {
      const batches = numbersBelow(store.writeConcurrency * 2).map((batch) =>
        numbersBelow(50).map((i) => makeEntry(batch * 50 + i, `${batch}/${i}`, {content: 'x'})),
      );
      await Promise.all(batches.map((batch) => store.putEntries(batch)));
      assert.equal((await store.readEntrySeqs(batches.flat().map(({id}) => id))).size, batches.length * 50);
    });
  });

  void describe('replaceEntries', () => {
    testStore(open, 'overwrites, or stores what was not there', async ({store}) => {
      const before = makeEntry(0, 'a.txt', {content: 'old words', notIndexed: 'unreadable', title: 'old'});
      const after = makeEntry(0, 'a.txt', {content: 'new words', oid: before.oid});
      const fresh = makeEntry(1, 'b.txt', {content: 'new words'});
      await putAndRefresh(store, [before]);
      assert.deepEqual(await store.replaceEntries([after, fresh]), []);
      await store.refresh();

      assert.deepEqual(await readAll(store, [after, fresh]), [summaryOf(after), summaryOf(fresh)]);
      const search = (text: string) =>
        store.search({expression: queryOf(words(text)), snapshot: serializeBitmap([0, 1]), limit: 10});
      assert.equal((await search('old words')).total, 0);
      assert.equal((await search('new words')).total, 2);
      assert.equal((await store.count(before.repo)).entries, 2);
    });

    testStore(open, 'an id under another seq is a conflict', async ({store}) => {
      const entry = makeEntry(3, 'a.txt', {content: 'x'});
      await store.putEntries([entry]);
      await rejectsWith('CONFLICT', store.replaceEntries([{...entry, seq: 4}]));
      assert.equal((await store.readEntrySeqs([entry.id])).get(entry.id), 3);
    });
  });

  void describe('readEntrySeqs', () => {
    testStore(open, 'answers for thousands of ids', async ({store}) => {
      const entries = numbersBelow(2500).map((seq) => makeEntry(seq, `f/${seq}`, {content: 'x'}));
      await store.putEntries(entries);
      const ids = entries.flatMap(({id}) => [id, `${id.slice(1)}x`]);
      const seqs = await store.readEntrySeqs(ids);
      assert.equal(seqs.size, 2500);
      assert.ok(entries.every(({id, seq}) => seqs.get(id) === seq));
    });
  });

  void describe('deleteEntries', () => {
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
  });

  void describe('findEntries', () => {
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
      const seqs = async (by: StoredEntryFilter) =>
        (await flatten(store.findEntries(REPO, by))).map(({seq}) => seq).sort();
      assert.deepEqual(await seqs({oids: [shared, oidOf('none')]}), [0, 1]);
      assert.deepEqual(await seqs({path: 'a.bin'}), [0]);
      assert.deepEqual(await seqs({path: 'dir'}), [2], 'below it, too');
      assert.deepEqual(await seqs({path: 'a'}), []);
      assert.deepEqual(await seqs({oids: []}), []);
      const most = numbersBelow(FIND_OIDS_MAX - 1).map((n) => oidOf(`none ${n}`));
      assert.deepEqual(await seqs({oids: [...most, shared]}), [0, 1], 'as many as it takes');
    });
  });
}

/** What readers see of an entry that has content. */
function summaryOf({id: _id, repo: _repo, frontMatter: _frontMatter, ...summary}: Entry): unknown {
  return plain(summary satisfies EntrySummary);
}

async function putAndRefresh(store: IndexStore, entries: readonly Entry[]): Promise<void> {
  assert.deepEqual(await store.putEntries(entries), []);
  await store.refresh();
}

/** Each entry as `readEntry` gives it; `scanEntries` must say the same but for the content. */
async function readAll(store: IndexStore, entries: readonly Entry[]): Promise<unknown[]> {
  const snapshot = serializeBitmap(entries.map(({seq}) => seq));
  const scanned = new Map(
    (await flatten(store.scanEntries({snapshot}))).map((entry) => [entry.seq, plain(entry)]),
  );
  const read: unknown[] = [];
  for (const {path, seq} of entries) {
    const entry = await store.readEntry(snapshot, path);
    read.push(plain(entry));
    const {content: _content, ...summary} = entry ?? {};
    assert.deepEqual(scanned.get(seq), plain(summary));
  }
  return read;
}
