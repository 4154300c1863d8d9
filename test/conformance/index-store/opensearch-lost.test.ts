import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';
import {Bitmap, serializeBitmap} from '../../../src/domain/bitmap.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import {describeWith, opensearchUrl} from '../../support/servers/require.ts';
import {rejectsWith} from './open-store.ts';
import {makeCommit, makeEntry, makeRef, makeRepository, REPO} from './records.ts';

const KINDS = ['files', 'commits', 'refs'] as const;
type Kind = (typeof KINDS)[number];

/** The documents of a collection: as they were, none, or those of an older time, as a restored snapshot has them. */
const FATES = ['kept', 'emptied', 'older'] as const;
type Fate = (typeof FATES)[number];

interface StoredDocument {
  readonly _id: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

async function call(method: string, path: string, body?: object | string) {
  const response = await fetch(`${opensearchUrl()}/${path}`, {
    method,
    headers: {'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json'},
    ...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  // biome-ignore lint/suspicious/noExplicitAny: the shape is OpenSearch's.
  return (await response.json()) as any;
}

/** A set of one repository that has grown twice, and what it held in between. */
class GrownSet implements AsyncDisposable {
  readonly index = `ctr-test-${randomUUID()}`;
  readonly #documents = new Map<string, readonly StoredDocument[]>();

  static async make(): Promise<GrownSet> {
    const set = new GrownSet();
    await using store = await set.open();
    await store.createCollections();
    await store.putRepository(makeRepository());
    await grow(store, 'main');
    await set.#note('older');
    await grow(store, 'later');
    await set.#note('kept');
    return set;
  }

  async #note(fate: Fate): Promise<void> {
    for (const kind of KINDS) this.#documents.set(`${kind} ${fate}`, await this.list(kind));
  }

  open(): Promise<IndexSet> {
    return openOpenSearchIndex({url: opensearchUrl(), index: this.index});
  }

  async list(kind: Kind): Promise<StoredDocument[]> {
    await call('POST', `${this.index}-${kind}/_refresh`);
    return (await call('POST', `${this.index}-${kind}/_search`, {size: 1000})).hits.hits;
  }

  /** The collection holds what its fate says, and nothing else. */
  async meet(kind: Kind, fate: Fate): Promise<void> {
    const concrete = `${this.index}-${kind}-1`;
    await call('POST', `${concrete}/_refresh`);
    await call('POST', `${concrete}/_delete_by_query?refresh=true`, {query: {match_all: {}}});
    const documents = this.#documents.get(`${kind} ${fate}`) ?? [];
    if (documents.length === 0) return;
    const lines = documents.map(
      ({_id, _source}) => `${JSON.stringify({index: {_id}})}\n${JSON.stringify(_source)}\n`,
    );
    await call('POST', `${concrete}/_bulk?refresh=true`, lines.join(''));
  }

  /** The highest numbers that any document has or names: read from the documents, not asked of ctr. */
  async readHighest(): Promise<{entries: number; commits: number}> {
    const of = (value: unknown) => {
      using bitmap = Bitmap.parse(Buffer.from(String(value), 'base64'));
      return bitmap.bounds?.max ?? -1;
    };
    const [files, commits, refs] = await Promise.all(KINDS.map((kind) => this.list(kind)));
    const shown = refs!.filter(({_source}) => _source['type'] === 'ref');
    return {
      entries: Math.max(
        -1,
        ...files!.map(({_source}) => Number(_source['seq'])),
        ...commits!.map(({_source}) => of((_source['snapshot'] as {added: string}).added)),
        ...shown.map(({_source}) => of(_source['snapshot'])),
      ),
      commits: Math.max(
        -1,
        ...commits!.map(({_source}) => Math.max(Number(_source['seq']), of(_source['history']))),
        ...shown.map(({_source}) => of(_source['history'])),
      ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await call('DELETE', `${this.index}-*?ignore_unavailable=true&expand_wildcards=open,closed`);
  }
}

/** One push: three files, a commit that shows them, and a branch on it, as a sync leaves them. */
async function grow(store: IndexSet, branch: string): Promise<void> {
  const first = await store.reserveSeqs('entries', 3);
  const seq = await store.reserveSeqs('commits', 1);
  const snapshot = serializeBitmap([first, first + 1, first + 2]);
  const history = serializeBitmap([seq]);
  await store.putEntries(
    [0, 1, 2].map((at) => makeEntry(first + at, `${branch}-${at}.txt`, {content: branch})),
  );
  await store.refresh();
  await store.putCommits([
    makeCommit(seq, {
      history,
      snapshot: {base: undefined, added: snapshot, removed: serializeBitmap([]), spentBytes: 0},
    }),
  ]);
  await store.refresh();
  const record = makeRef(`refs/heads/${branch}`, {entryCount: 3, snapshot, history});
  await store.putRefs([{record, expected: undefined}]);
  await store.rememberHoldings(REPO);
}

const COMBINATIONS = FATES.flatMap((files) =>
  FATES.flatMap((commits) => FATES.map((refs) => ({files, commits, refs}))),
).filter((fates) => Object.values(fates).some((fate) => fate !== 'kept'));

describeWith('opensearch', 'OpenSearch: what was lost of a set', () => {
  test('no number is given twice, and a loss is noticed, whatever part is lost or older', async (t) => {
    await using set = await GrownSet.make();
    for (const fates of COMBINATIONS) {
      await t.test(KINDS.map((kind) => `${kind} ${fates[kind]}`).join(', '), async () => {
        for (const kind of KINDS) await set.meet(kind, fates[kind]);
        await using store = await set.open();
        // Three collections of one time belong together, whatever that time was.
        const areOfOneTime = new Set(Object.values(fates)).size === 1;
        const loss = await store.findLoss(REPO);
        assert.equal(loss?.code, areOfOneTime ? undefined : 'INDEX_UNUSABLE', loss?.message);
        const highest = await set.readHighest();
        for (const series of ['entries', 'commits'] as const)
          assert.ok((await store.reserveSeqs(series, 1)) > highest[series], series);
      });
    }
  });

  for (const kind of KINDS) {
    test(`${kind} deleted: every call says so, and it is not made again`, async () => {
      await using set = await GrownSet.make();
      await call('DELETE', `${set.index}-${kind}-1`);
      await using store = await set.open();
      const calls: (() => Promise<unknown>)[] = [
        () => store.hasCollections(),
        () => store.createCollections(),
      ];
      if (kind === 'refs') calls.push(() => store.reserveSeqs('entries', 1));
      for (const each of calls) {
        const {message, hint} = await rejectsWith('INDEX_UNUSABLE', each());
        assert.equal(message, `the index cannot be used: ${set.index}-${kind} is gone`);
        assert.match(hint ?? '', /`ctr reindex`/);
      }
    });

    test(`${kind} closed: it is said which, and how to open it`, async () => {
      await using set = await GrownSet.make();
      await call('POST', `${set.index}-${kind}-1/_close`);
      await using store = await set.open();
      const reading = {
        files: () => store.readEntry(serializeBitmap([1]), 'main-1.txt'),
        commits: () => store.readKnownCommits(REPO, [makeCommit(0).oid]),
        refs: () => store.readRefs(REPO, ['refs/heads/main']),
      };
      for (const each of [() => store.hasCollections(), reading[kind]]) {
        const {message, hint} = await rejectsWith('INDEX_UNUSABLE', each());
        assert.equal(message, `the index ${set.index}-${kind}-1 is closed`);
        assert.match(hint ?? '', new RegExp(`POST /${set.index}-${kind}-1/_open.*\`ctr reindex\``));
      }
    });

    test(`${kind}: a collection of another set in its place is noticed`, async () => {
      await using set = await GrownSet.make();
      await using other = await GrownSet.make();
      await call('PUT', `${other.index}-${kind}-1/_settings`, {'index.blocks.write': true});
      await call('DELETE', `${set.index}-${kind}-1`);
      await call('POST', `${other.index}-${kind}-1/_clone/${set.index}-${kind}-1`, {
        aliases: {[`${set.index}-${kind}`]: {}, [`${set.index}-${kind}-1-write`]: {}},
        settings: {'index.blocks.write': null},
      });
      await using store = await set.open();
      const {message} = await rejectsWith('INDEX_UNUSABLE', store.hasCollections());
      assert.match(message, /do not belong together/);
    });
  }

  test('one document that is lost is told, and holds nothing up', async () => {
    await using set = await GrownSet.make();
    await call('DELETE', `${set.index}-files-1/_doc/${(await set.list('files'))[0]!._id}?refresh=true`);
    await using store = await set.open();
    const loss = await store.findLoss(REPO);
    assert.equal(loss?.code, 'INDEX_CORRUPT');
    assert.match(loss?.message ?? '', /1 document/);
  });

  test('what is deleted on purpose is no loss, whenever the run ends', async () => {
    await using set = await GrownSet.make();
    await using store = await set.open();
    await store.deleteEntries(REPO, serializeBitmap([5]));
    assert.equal(await store.findLoss(REPO), undefined);
    await store.rememberHoldings(REPO);
    assert.equal(await store.findLoss(REPO), undefined);
  });
});
