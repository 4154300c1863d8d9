import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import {documentId} from '../../../src/domain/document-id.ts';
import type {Entry} from '../../../src/domain/entry.ts';
import {toNamesQuery} from '../../../src/store/opensearch/name-query.ts';
import {openOpenSearchIndex} from '../../../src/store/opensearch/open-opensearch-index.ts';
import type {SkippedAlias} from '../../../src/store/opensearch/published-refs.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {describeWith, opensearchUrl} from '../../support/servers/require.ts';
import {testIndexStore} from './index-store-suite.ts';
import {NAMED_ENTRIES, NAMES_TABLE, wordsClauseOf} from './names-table.ts';
import {type OpenStore, rejectsWith, testStore} from './open-store.ts';
import {
  LEASE,
  makeEntry,
  makeRef,
  makeRepository,
  numbersBelow,
  OTHER_REPO,
  prefix,
  queryOf,
  REPO,
  words,
} from './records.ts';

/** What a client in any language does: plain requests. */
async function request(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${opensearchUrl()}${path}`, {
    method,
    headers: {'content-type': 'application/json'},
    ...(body !== undefined && {body: JSON.stringify(body)}),
  });
  return (await response.json()) as Answer;
}

interface Answer {
  readonly status?: number;
  readonly error?: {readonly type: string};
  readonly count?: number;
  readonly hits?: {readonly total: {readonly value: number}; readonly hits: readonly {_source: Entry}[]};
  readonly [member: string]: unknown;
}

describeWith('opensearch', 'OpenSearch', () => {
  let index = '';
  const skipped: SkippedAlias[] = [];
  const open: OpenStore = async (set) => {
    index = set;
    const store = await openOpenSearchIndex({
      url: opensearchUrl(),
      index: set,
      onSkippedAlias: (skip) => skipped.push(skip),
    });
    return {
      store,
      async dispose() {
        await store[Symbol.asyncDispose]();
        await request('DELETE', `/${set}-*?ignore_unavailable=true`);
      },
    };
  };

  testIndexStore('OpenSearch', open);

  // One at a time: the tests share `index`.
  void describe('what other clients of the same OpenSearch see', () => {
    const paths = async (from: string, query: unknown) => {
      const answer = await request('POST', `/${from}/_search`, {query, size: 100, _source: ['path']});
      assert.ok(answer.hits, JSON.stringify(answer));
      return answer.hits.hits.map(({_source}) => _source.path).sort();
    };
    const lookup = (ref: string) => ({
      terms: {
        seq: {index: `${index}-refs`, id: documentId(REPO, ref), path: 'snapshot', store: true},
        value_type: 'bitmap',
      },
    });
    const put = async (store: IndexStore) => {
      await store.putEntries([
        makeEntry(0, 'old.ts', {content: 'function getUserName() {}', repo: REPO}),
        makeEntry(1, 'new.ts', {content: 'function getUserName() {}', repo: REPO}),
        makeEntry(2, 'docs/a.md', {content: 'the user guide', repo: REPO}),
      ]);
      await store.refresh();
    };
    const move = async (store: IndexStore, name: string, seqs: number[] | undefined) => {
      const version = (await store.listRefs(REPO)).find((ref) => ref.name === name)?.version;
      const snapshot = seqs ? serializeBitmap(seqs) : EMPTY_BITMAP;
      const record = makeRef(name, {snapshot, state: seqs ? 'live' : 'deleted'});
      assert.deepEqual(await store.putRefs([{record, expected: version}]), []);
      return record;
    };

    testStore(open, 'a branch by a lookup of its ref document, at once after each move', async ({store}) => {
      await put(store);
      const main = {
        bool: {must: [{match_phrase: {content: 'user name'}}], filter: [lookup('refs/heads/main')]},
      };
      await move(store, 'refs/heads/main', [0, 2]);
      assert.deepEqual(await paths(`${index}-files`, main), ['old.ts']);
      await move(store, 'refs/heads/main', [1, 2]);
      assert.deepEqual(await paths(`${index}-files`, main), ['new.ts']);
      await move(store, 'refs/heads/main', undefined);
      assert.deepEqual(await paths(`${index}-files`, main), []);
    });

    testStore(open, 'a branch by its alias', async ({store}) => {
      await put(store);
      const main = await move(store, 'refs/heads/main', [0, 2]);
      const topic = await move(store, 'refs/heads/feature/x', [1]);
      const tag = await move(store, 'refs/tags/main', [2]);
      await store.publishRefs([main, topic, tag], REPO);
      assert.deepEqual(await paths(`${index}-files@main`, {match_all: {}}), ['docs/a.md', 'old.ts']);
      assert.deepEqual(await paths(`${index}-files@feature~x`, {match: {content: 'getUserName'}}), [
        'new.ts',
      ]);
      assert.deepEqual(await paths(`${index}-files@tags~main`, {match_all: {}}), ['docs/a.md']);

      const moved = await move(store, 'refs/heads/main', [1]);
      await store.publishRefs([moved], REPO);
      assert.deepEqual(await paths(`${index}-files@main`, {match_all: {}}), ['new.ts']);
      assert.equal((await request('POST', `/${index}-files@feature~x/_search`)).status, 404);

      await store.publishRefs([await move(store, 'refs/heads/main', undefined)], REPO);
      assert.equal((await request('POST', `/${index}-files@main/_search`)).status, 404);
    });

    testStore(
      open,
      'an alias goes over to the next generation with all others, and nothing of the old one is left',
      async ({store, openAnother}) => {
        const late = await openAnother();
        await late.hasCollections();
        await put(store);
        const main = await move(store, 'refs/heads/main', [0, 2]);
        await store.publishRefs([main], REPO);
        const next = await store.openNext();
        await next.putRepository(makeRepository());
        await next.putEntries([makeEntry(0, 'anew.ts', {content: 'x'}), makeEntry(2, 'docs/anew.md')]);
        await next.putRefs([{record: main, expected: undefined}]);
        await next.publishRefs([], REPO);
        assert.deepEqual(await paths(`${index}-files@main`, {match_all: {}}), ['docs/a.md', 'old.ts']);
        await store.promoteNext();
        assert.deepEqual(await paths(`${index}-files@main`, {match_all: {}}), ['anew.ts', 'docs/anew.md']);
        assert.deepEqual(await paths(`${index}-files`, lookup('refs/heads/main')), [
          'anew.ts',
          'docs/anew.md',
        ]);
        await rejectsWith('CONFLICT', late.publishRefs([makeRef('refs/heads/late')], REPO));
        assert.equal((await request('POST', `/${index}-files@late/_search`)).status, 404);
        await store.hasCollections();
        await store.dropSuperseded(10_000);
        assert.deepEqual(Object.keys(await request('GET', `/${index}-*/_alias`)).sort(), [
          `${index}-commits-2`,
          `${index}-files-2`,
          `${index}-refs-2`,
        ]);
      },
    );

    testStore(open, 'a generation in which somebody searches is not dropped', async ({store}) => {
      await put(store);
      const {_scroll_id: scroll} = await request('POST', `/${index}-files/_search?scroll=1m&size=1`, {});
      await store.openNext();
      await store.promoteNext();
      await store.hasCollections();
      assert.equal(await store.dropSuperseded(0), false);
      const page = await request('POST', '/_search/scroll', {scroll: '1m', scroll_id: scroll});
      assert.equal(page.hits?.hits.length, 1);
      await request('DELETE', '/_search/scroll', {scroll_id: scroll});
      assert.equal(await store.dropSuperseded(10_000), true);
      assert.equal((await request('GET', `/${index}-files-1`)).status, 404);
    });

    testStore(open, 'a lease that cannot be read has a version, and is replaced', async ({store}) => {
      const version = await store.putLease(REPO, LEASE, undefined);
      const path = `/${index}-refs/_doc/${documentId('lease', REPO)}`;
      const {_source} = (await request('GET', path)) as {_source?: object};
      const {result} = await request('PUT', path, {..._source, dropped: {}});
      assert.equal(result, 'updated');
      const damaged = await store.readLease(REPO);
      assert.equal(damaged?.lease, undefined);
      assert.ok(damaged && damaged.version !== version);
      assert.ok(await store.putLease(REPO, LEASE, damaged.version));
      assert.ok((await store.readLease(REPO))?.lease);
    });

    testStore(open, 'branches of one name in a shared set, each under its repository', async ({store}) => {
      await store.putRepository(makeRepository({isShared: true}));
      await store.putRepository(makeRepository({id: OTHER_REPO, name: 'b', isShared: true}));
      await store.putEntries([makeEntry(0, 'mine'), makeEntry(1, 'theirs', {repo: OTHER_REPO})]);
      await store.refresh();
      await store.publishRefs([makeRef('refs/heads/main', {snapshot: serializeBitmap([0])})], REPO);
      const theirs = makeRef('refs/heads/main', {snapshot: serializeBitmap([1]), repo: OTHER_REPO});
      await store.publishRefs([theirs], OTHER_REPO);
      assert.deepEqual(await paths(`${index}-files@a@main`, {match_all: {}}), ['mine']);
      assert.deepEqual(await paths(`${index}-files@b@main`, {match_all: {}}), ['theirs']);
      await store.publishRefs([], REPO);
      assert.deepEqual(await paths(`${index}-files@b@main`, {match_all: {}}), ['theirs']);
    });

    testStore(
      open,
      'no alias that would burden the cluster, and the others all the same',
      async ({store}) => {
        skipped.length = 0;
        const scattered = serializeBitmap(numbersBelow(600_000).map((n) => n * 8 + (n % 3)));
        const large = makeRef('refs/heads/large', {snapshot: scattered});
        const long = makeRef(`refs/heads/${'x'.repeat(230)}`);
        await store.publishRefs([large, long, makeRef('refs/heads/small')], REPO);
        assert.deepEqual(skipped.map(({name}) => name).sort(), [large.name, long.name]);
        assert.deepEqual(await paths(`${index}-files@small`, {match_all: {}}), []);
      },
    );

    testStore(open, 'code by its words, with the analyzers of the index', async ({store}) => {
      await store.putEntries([makeEntry(0, 'a.ts', {content: 'return this.getUserName(snake_case_name);'})]);
      await store.refresh();
      for (const text of [
        'user name',
        'getUserName',
        'getusername',
        'this getUserName snake',
        'SNAKE_CASE_NAME',
      ]) {
        assert.deepEqual(await paths(`${index}-files`, {match_phrase: {content: text}}), ['a.ts'], text);
      }
      assert.deepEqual(await paths(`${index}-files`, {match_phrase: {content: 'user case'}}), []);
    });

    testStore(open, 'parts of words, where the field of trigrams is named and not else', async ({store}) => {
      await store.putEntries([makeEntry(0, 'a.ts', {content: 'the needle'})]);
      await store.refresh();
      const find = (query: unknown) => paths(`${index}-files`, query);
      for (const query of ['nee', 'eedl', 'hay eed', 'needles'])
        for (const kind of ['query_string', 'simple_query_string', 'multi_match'])
          assert.deepEqual(await find({[kind]: {query}}), [], `${kind}: ${query}`);
      assert.deepEqual(await find({query_string: {query: 'needle'}}), ['a.ts']);
      const trigrams = {query: 'EEDL', analyzer: 'ctr_trigrams', operator: 'and'};
      assert.deepEqual(await find({match: {'content.trigrams': trigrams}}), ['a.ts']);
    });

    testStore(open, 'names, by the words of paths, titles and headings', async ({store}) => {
      await store.putEntries(NAMED_ENTRIES);
      await store.refresh();
      for (const [query, seqs] of NAMES_TABLE) {
        const clause = toNamesQuery(wordsClauseOf(query), {expansionsMax: 100});
        const answer = await request('POST', `/${index}-files/_search`, {query: clause, _source: ['seq']});
        const found = answer.hits!.hits.map(({_source}) => _source.seq);
        assert.deepEqual(found, seqs, query);
      }
    });

    testStore(open, 'an empty text where there is none, which no reader of ours sees', async ({store}) => {
      await store.putEntries([
        makeEntry(0, 'a.png'),
        makeEntry(1, 'module', {kind: 'submodule'}),
        makeEntry(2, 'large.txt', {kind: 'text', notIndexed: 'too-large'}),
        makeEntry(3, 'empty.txt', {content: ''}),
      ]);
      await store.refresh();
      assert.equal((await paths(`${index}-files`, {exists: {field: 'content'}})).length, 4);
      const contentOf = async (seq: number, path: string) =>
        (await store.readEntry(serializeBitmap([seq]), path))?.content;
      assert.equal(await contentOf(0, 'a.png'), undefined);
      assert.equal(await contentOf(1, 'module'), undefined);
      assert.equal(await contentOf(2, 'large.txt'), undefined);
      assert.equal(await contentOf(3, 'empty.txt'), '');
      const audited = (await Array.fromAsync(store.auditEntries(REPO, {withContent: true}))).flat();
      assert.deepEqual(
        audited.map(({defect}) => defect),
        [undefined, undefined, undefined, undefined],
      );
    });

    testStore(open, 'front matter by key and value, whatever the keys', async ({store}) => {
      const fields = numbersBelow(2000).map((n) => ({key: `key.${n}`, type: 'string', value: `v ${n}`}));
      await store.putEntries([
        makeEntry(0, 'a.md', {content: 'x', frontMatter: fields as Entry['frontMatter']}),
      ]);
      await store.refresh();
      assert.deepEqual(await paths(`${index}-files`, {term: {frontMatterFields: 'key.77=v 77'}}), ['a.md']);
    });
  });

  void describe('what only OpenSearch can do to us', () => {
    testStore(open, 'a document that it refuses harms no other', async ({store}) => {
      const impossible = makeEntry(2 ** 31, 'b', {content: 'x'});
      const refused = await store.putEntries([
        makeEntry(0, 'a', {content: 'x'}),
        impossible,
        makeEntry(1, 'c'),
      ]);
      assert.deepEqual(
        refused.map(({id}) => id),
        [impossible.id],
      );
      assert.match(refused[0]!.reason, /seq/);
      await store.refresh();
      assert.equal((await store.count(REPO)).entries, 2);
    });

    testStore(
      open,
      'a collection that somebody deleted is never guessed anew by a write',
      async ({store}) => {
        await request('DELETE', `/${index}-*`);
        await rejectsWith('NOT_FOUND', store.putEntries([makeEntry(0, 'a')]));
        await rejectsWith('NOT_FOUND', store.reserveSeqs('entries', 1));
        await rejectsWith('NOT_FOUND', store.putRepository(makeRepository()));
        await rejectsWith('NOT_FOUND', store.readEntrySeqs(['x']));
        await rejectsWith('NOT_FOUND', store.listRefs(REPO));
        assert.equal(await store.hasCollections(), false);
        await store.createCollections();
        assert.equal(await store.reserveSeqs('entries', 1), 0);
      },
    );

    testStore(open, 'an index of the name that is not ours is left alone', async ({store}) => {
      await store.dropRepository(REPO);
      await request('PUT', `/${index}-refs`, {});
      const error = await rejectsWith('BACKEND_UNSUPPORTED', store.createCollections());
      assert.match(error.message, /-refs exists, but was not made by ctr/);
    });

    testStore(open, 'a name that it does not allow', async () => {
      await using store = await openOpenSearchIndex({url: opensearchUrl(), index: `UPPER-${index}`});
      const error = await rejectsWith('CONFIG', store.createCollections());
      assert.match(error.hint ?? '', /ctr\.index\.name/);
    });

    testStore(open, 'refs and entries with strings too long for a term', async ({store}) => {
      const long = 'é'.repeat(20_000);
      const skippedRef = makeRef('refs/tags/x', {state: 'skipped', reason: long});
      await store.putRefs(
        [skippedRef, makeRef('refs/heads/a')].map((record) => ({record, expected: undefined})),
      );
      assert.deepEqual(
        (await store.listRefs(REPO)).map(({name, reason}) => [name, reason]),
        [
          ['refs/heads/a', undefined],
          ['refs/tags/x', long],
        ],
      );
      await store.putEntries([makeEntry(0, 'a', {title: long, content: 'needle'})]);
      await store.refresh();
      const request = {expression: queryOf(words('needle')), snapshot: serializeBitmap([0]), limit: 1};
      assert.equal((await store.search(request)).hits[0]?.entry.title, long);
    });

    testStore(open, 'words that go on in more ways than one query may hold', async ({store}) => {
      await store.putEntries(
        numbersBelow(3000).map((seq) => makeEntry(seq, `f/${seq}`, {content: `the word${seq}`})),
      );
      await store.refresh();
      const clauses = numbersBelow(10).map(() => prefix('the wor'));
      const request = {
        expression: queryOf(...clauses),
        snapshot: serializeBitmap(numbersBelow(3000)),
        limit: 0,
      };
      assert.ok((await store.search(request)).total > 0);
    });
  });
});
