import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {Entry, EntrySummary} from '../../../src/domain/entry.ts';
import type {Expression} from '../../../src/domain/query/query.ts';
import type {SearchRequest, SearchResult} from '../../../src/store/ports/search.ts';
import {type OpenStore, openSet, rejectsWith, testStore} from './open-store.ts';
import {
  ext,
  flatten,
  kind,
  lang,
  makeEntry,
  not,
  numbersBelow,
  OTHER_REPO,
  path,
  plain,
  prefix,
  queryOf,
  REPO,
  words,
} from './records.ts';

const text = (content: string, given: Partial<Entry> = {}): Partial<Entry> => ({content, ...given});

/** One file each; the number of its line is its seq. */
const FILES: readonly [path: string, given: Partial<Entry>][] = [
  ['src/user.ts', text('export function getUserName(id) { return lookup(id); }', {language: 'TypeScript'})],
  ['src/http/server.ts', text('class HTTPServer { parseXMLDocument() {} }', {language: 'TypeScript'})],
  ['src/util.py', text('def snake_case_name(): return MAX_RETRY_COUNT', {language: 'Python'})],
  [
    'docs/Guide.md',
    text('# Guide\n\nThe quick brown fox, jumps over the lazy dog.', {title: 'Guide', language: 'Markdown'}),
  ],
  ['docs/deep/cafe.md', text('Ein Café à la crème, ÜBERALL naïve Straßen', {language: 'Markdown'})],
  ['docs/tokyo.txt', text('東京都に住んでいます。 서울 시')],
  ['docs/quotes.txt', text('He said "hello \\ wide world" and: it\'s <b>done</b> & dusted')],
  ['docs/nul.txt', text('before\u0000behind\u0001the zero')],
  ['docs/emoji.txt', text('🚀 launch day 👨‍👩‍👧 family-reunion')],
  ['data/numbers.csv', text('version 3.14.159 sha256 utf8 x86_64 0xdeadbeef')],
  ['logo.png', {kind: 'binary', mime: 'image/png'}],
  ['link', text('src/user.ts', {kind: 'symlink', mode: '120000'})],
  ['empty.txt', text('')],
];
const ALL_PATHS = FILES.map(([file]) => file);

/** What each query finds in FILES. */
const CASES: readonly [title: string, clauses: Expression[], expected: string[]][] = [
  ['a word', [words('fox')], ['docs/Guide.md']],
  ['a word in another case', [words('FOX')], ['docs/Guide.md']],
  ['no part of a word', [words('jump')], []],
  ['a phrase', [words('quick brown fox')], ['docs/Guide.md']],
  ['a phrase over punctuation', [words('fox jumps')], ['docs/Guide.md']],
  ['punctuation in the query', [words('fox; (jumps!)')], ['docs/Guide.md']],
  ['a phrase over a line end', [words('guide the quick')], ['docs/Guide.md']],
  ['no phrase with a gap', [words('quick fox')], []],
  ['no phrase in another order', [words('brown quick')], []],
  ['two phrases, both needed', [words('quick brown'), words('lazy dog')], ['docs/Guide.md']],
  ['two phrases, one missing', [words('quick brown'), words('lazy cat')], []],
  ['camelCase by its words', [words('user name')], ['src/user.ts']],
  ['camelCase by all of its words', [words('get user name')], ['src/user.ts']],
  ['camelCase as written', [words('getUserName')], ['src/user.ts']],
  ['camelCase in lower case', [words('getusername')], ['src/user.ts']],
  ['one word of camelCase', [words('user')], ['src/user.ts', 'link']],
  ['an acronym with what follows in lower case', [words('httpserver')], ['src/http/server.ts']],
  ['the word before an acronym', [words('parse')], ['src/http/server.ts']],
  ['an acronym and what follows', [words('parse xml document')], ['src/http/server.ts']],
  ['snake_case by its words', [words('case name')], ['src/util.py']],
  ['snake_case as written', [words('snake_case_name')], ['src/util.py']],
  ['UPPER_SNAKE by its words', [words('max retry')], ['src/util.py']],
  ['an accent that the query lacks', [words('cafe a la creme')], ['docs/deep/cafe.md']],
  ['an accent that only the query has', [words('Gûide')], ['docs/Guide.md']],
  ['an accent written in two characters', [words('cafe\u0301')], ['docs/deep/cafe.md']],
  ['accents and case', [words('überall')], ['docs/deep/cafe.md']],
  ['two Han characters of a longer run', [words('東京')], ['docs/tokyo.txt']],
  ['Han and kana', [words('都に住')], ['docs/tokyo.txt']],
  ['no Han in another order', [words('京東')], []],
  ['Hangul', [words('서울')], ['docs/tokyo.txt']],
  ['text inside quotes', [words('hello wide world')], ['docs/quotes.txt']],
  ['text inside tags', [words('done')], ['docs/quotes.txt']],
  ['text after U+0000', [words('behind')], ['docs/nul.txt']],
  ['text after U+0001', [words('the zero')], ['docs/nul.txt']],
  ['text after emoji', [words('launch day')], ['docs/emoji.txt']],
  ['text before a hyphen', [words('family')], ['docs/emoji.txt']],
  ['words over a hyphen', [words('family reunion')], ['docs/emoji.txt']],
  ['letters with digits', [words('sha256')], ['data/numbers.csv']],
  ['a version number', [words('3.14.159')], ['data/numbers.csv']],
  ['a hexadecimal number', [words('0xdeadbeef')], ['data/numbers.csv']],
  ['the beginning of a word', [prefix('laun')], ['docs/emoji.txt']],
  ['a whole word as its beginning', [prefix('launch')], ['docs/emoji.txt']],
  ['no beginning in the middle of a word', [prefix('aunch')], []],
  ['the beginning of camelCase', [prefix('getUs')], ['src/user.ts']],
  ['the beginning of a word of camelCase', [prefix('nam')], ['src/user.ts', 'src/util.py']],
  ['a phrase whose last word goes on', [prefix('quick bro')], ['docs/Guide.md']],
  ['a phrase of camelCase whose last word goes on', [prefix('user na')], ['src/user.ts']],
  ['no phrase whose first word goes on', [prefix('qui brown')], []],
  ['an accented beginning', [prefix('CRÈ')], ['docs/deep/cafe.md']],
  ['a word but not another', [words('the'), not(words('fox'))], ['docs/nul.txt']],
  ['no negated prefix', [ext('md'), not(prefix('caf'))], ['docs/Guide.md']],
  ['a part of the path', [path('docs')], ALL_PATHS.filter((file) => file.startsWith('docs/'))],
  ['a part of the path in another case', [path('GUIDE')], ['docs/Guide.md']],
  ['a glob on names', [path('*.md')], ['docs/Guide.md', 'docs/deep/cafe.md']],
  ['a glob on directories', [path('src/**')], ['src/user.ts', 'src/http/server.ts', 'src/util.py']],
  ['a path from the root', [path('/docs/deep')], ['docs/deep/cafe.md']],
  ['no path from the root in the middle', [path('/deep')], []],
  ['a dot in a path is a dot', [path('c.fe')], []],
  ['not a path', [ext('md'), not(path('docs/deep/**'))], ['docs/Guide.md']],
  ['an extension', [ext('py')], ['src/util.py']],
  ['not an extension', [kind('text'), path('docs'), not(ext('txt'))], ['docs/Guide.md', 'docs/deep/cafe.md']],
  ['a language', [lang('TypeScript')], ['src/user.ts', 'src/http/server.ts']],
  ['not a language', [words('user'), not(lang('TypeScript'))], ['link']],
  ['a kind', [kind('binary')], ['logo.png']],
  ['not a kind', [words('user'), not(kind('symlink'))], ['src/user.ts']],
  ['everything of a kind', [kind('symlink')], ['link']],
  ['filters and words together', [words('name'), lang('Python'), path('src'), ext('py')], ['src/util.py']],
  ['only what is not', [not(kind('text'))], ['link', 'logo.png']],
  ['no clause: everything', [], ALL_PATHS],
];

/** The promises of SearchPort. */
export function testSearch(open: OpenStore): void {
  void describe('search', () => {
    let set: Awaited<ReturnType<typeof openSet>>;
    const everything = serializeBitmap(FILES.keys());
    const search = (clauses: Expression[], request: Partial<SearchRequest> = {}): Promise<SearchResult> =>
      set.store.search({expression: queryOf(...clauses), snapshot: everything, limit: 100, ...request});

    before(async () => {
      set = await openSet(open);
      await set.store.putEntries(FILES.map(([file, given], seq) => makeEntry(seq, file, given)));
      await set.store.refresh();
    });
    after(() => set.dispose());

    for (const [title, clauses, expected] of CASES) {
      test(`finds ${title}`, async () => {
        const {total, hits} = await search(clauses);
        assert.deepEqual(hits.map(({entry}) => entry.path).sort(), expected.toSorted());
        assert.equal(total, expected.length);
      });
    }

    test('hits carry the entry as it was put, but for what may be large', async () => {
      const {hits} = await search([], {limit: 100});
      for (const {entry} of hits) {
        const {
          id: _id,
          repo: _repo,
          frontMatter: _frontMatter,
          content: _content,
          ...put
        } = makeEntry(entry.seq, ...FILES[entry.seq]!);
        assert.deepEqual(plain(entry), plain(put));
      }
    });

    test('equal scores come by path', async () => {
      const {hits} = await search([path('docs')]);
      const paths = hits.map(({entry}) => entry.path);
      assert.deepEqual(paths, paths.toSorted());
      assert.equal(new Set(hits.map(({score}) => score)).size, 1);
    });

    test('scores never rise from hit to hit', async () => {
      const {hits} = await search([words('user')]);
      assert.equal(hits.length, 2);
      assert.ok(hits[0]!.score >= hits[1]!.score);
    });

    test('the limit bounds the hits, never the total', async () => {
      for (const limit of [0, 1, 2, 3, 10_000]) {
        const {total, hits} = await search([path('docs')], {limit});
        assert.equal(total, 6);
        assert.equal(hits.length, Math.min(limit, 6));
      }
    });

    test('only what the snapshot holds', async () => {
      const one = serializeBitmap([0, 3, 77_777]);
      assert.equal((await search([words('user')], {snapshot: one})).total, 1);
      assert.equal((await search([words('cafe')], {snapshot: one})).total, 0);
      assert.equal((await search([], {snapshot: one})).total, 2);
      assert.deepEqual(await search([words('user')], {snapshot: EMPTY_BITMAP}), {total: 0, hits: []});
      assert.deepEqual(await search([], {snapshot: EMPTY_BITMAP}), {total: 0, hits: []});
    });
  });

  void describe('words of names', () => {
    testStore(open, 'match, and rank above those of bodies', async ({store}) => {
      const filler = 'needle and much more text around it '.repeat(20);
      const files: readonly [string, Partial<Entry>][] = [
        ['a.md', text(filler)],
        ['b.md', text(filler, {title: 'The Needle'})],
        ['c/needle.md', text(filler)],
        ['d.md', text(filler, {headings: ['A needle']})],
        ['needle/no.md', text('nothing')],
        ['other.md', text('nothing')],
      ];
      await store.putEntries(files.map(([file, given], seq) => makeEntry(seq, file, given)));
      await store.refresh();
      const request = {snapshot: serializeBitmap(files.keys()), limit: 10};
      const {total, hits} = await store.search({...request, expression: words('needle')});
      assert.equal(total, 5);
      assert.equal(hits[0]?.entry.path, 'c/needle.md');
      const others = await store.search({...request, expression: not(words('needle'))});
      assert.deepEqual(
        others.hits.map(({entry}) => entry.path),
        ['other.md'],
      );
    });
  });

  void describe('search by path', () => {
    testStore(
      open,
      'the best entry of each path, of equal ones the newest, and how many match',
      async ({store}) => {
        const files: readonly [string, Partial<Entry>][] = [
          ['a.ts', text('needle')],
          ['a.ts', text('needle and much else that nobody looks for')],
          ['b.ts', text('needle')],
          ['a.ts', text('other')],
          ['b.ts', text('needle', {mode: '100755'})],
          ['c.ts', text('needle needle')],
        ];
        await store.putEntries(files.map(([file, given], seq) => makeEntry(seq, file, given)));
        await store.refresh();
        const snapshot = serializeBitmap(files.keys());
        const byPath = async (limit: number, ...clauses: Expression[]) => {
          const {total, hits} = await store.search({
            expression: queryOf(...clauses),
            snapshot,
            limit,
            isByPath: true,
          });
          return {
            total,
            hits: hits.map(({entry: {path: file, seq}, versionCount}) => [file, seq, versionCount]),
          };
        };
        const {total, hits} = await byPath(10, words('needle'));
        assert.equal(total, 5);
        assert.deepEqual(hits.toSorted(), [
          ['a.ts', 0, 2],
          ['b.ts', 4, 2],
          ['c.ts', 5, 1],
        ]);
        assert.deepEqual(await byPath(1, words('needle')), {total: 5, hits: hits.slice(0, 1)});
        assert.deepEqual(await byPath(2), {
          total: 6,
          hits: [
            ['a.ts', 3, 3],
            ['b.ts', 4, 2],
          ],
        });
        assert.deepEqual(await byPath(0, words('needle')), {total: 5, hits: []});
        assert.deepEqual(await byPath(5, words('absent')), {total: 0, hits: []});
      },
    );
  });

  void describe('search with facets', () => {
    testStore(open, 'all matches by what they are, whatever the limit', async ({store}) => {
      const files: readonly [string, Partial<Entry>][] = [
        ['README', text('needle')],
        ['src/a.ts', text('needle', {language: 'TypeScript'})],
        ['src/b.TS', text('needle', {language: 'TypeScript'})],
        ['src/deep/er/c.py', text('needle', {language: 'Python'})],
        ['docs/d.md', text('other', {language: 'Markdown'})],
        ['docs/logo.png', {notIndexed: 'binary'}],
        ['docs/large.md', {notIndexed: 'too-large', language: 'Markdown'}],
      ];
      await store.putEntries(files.map(([file, given], seq) => makeEntry(seq, file, given)));
      await store.refresh();
      const snapshot = serializeBitmap(files.keys());
      const facetsOf = async (...clauses: Expression[]) =>
        (await store.search({expression: queryOf(...clauses), snapshot, limit: 1, hasFacets: true})).facets;
      assert.deepEqual(await facetsOf(words('needle')), {
        languages: [
          {value: 'TypeScript', count: 2},
          {value: 'Python', count: 1},
        ],
        extensions: [
          {value: 'ts', count: 2},
          {value: 'py', count: 1},
        ],
        directories: [
          {value: 'src', count: 2},
          {value: '', count: 1},
          {value: 'src/deep/er', count: 1},
        ],
        notIndexed: [],
      });
      assert.deepEqual((await facetsOf())?.notIndexed, [
        {value: 'binary', count: 1},
        {value: 'too-large', count: 1},
      ]);
      const nothing = await store.search({
        expression: queryOf(),
        snapshot: EMPTY_BITMAP,
        limit: 1,
        hasFacets: true,
      });
      assert.deepEqual(nothing.facets, {languages: [], extensions: [], directories: [], notIndexed: []});
    });
  });

  void describe('every version of a repository', () => {
    testStore(open, 'is searched and listed, and no other repository’s', async ({store}) => {
      await store.putEntries([
        makeEntry(0, 'a', {content: 'needle one'}),
        makeEntry(1, 'a', {content: 'needle two'}),
        makeEntry(2, 'b', {content: 'needle three'}),
        makeEntry(3, 'a', {content: 'needle of others', repo: OTHER_REPO}),
      ]);
      await store.refresh();
      const everything = {repo: REPO};
      for (const clauses of [[words('needle')], [], [path('*')]]) {
        const {total, hits} = await store.search({
          expression: queryOf(...clauses),
          snapshot: everything,
          limit: 10,
        });
        assert.equal(total, 3);
        assert.deepEqual(hits.map(({entry}) => entry.seq).sort(), [0, 1, 2]);
        const all = await store.findSeqs({expression: queryOf(...clauses), snapshot: everything});
        assert.deepEqual(all, serializeBitmap([0, 1, 2]));
      }
      assert.deepEqual(
        await store.findSeqs({expression: queryOf(words('absent')), snapshot: everything}),
        EMPTY_BITMAP,
      );
      const versions = await flatten(store.scanEntries({snapshot: everything, path: 'a'}));
      assert.deepEqual(
        versions.map(({seq}) => seq),
        [0, 1],
      );
      assert.deepEqual(await flatten(store.scanEntries({snapshot: {repo: 'nobody'}})), []);
    });
  });

  void describe("search in the engine's own words", () => {
    testStore(open, 'sees one snapshot of one repository, where the engine has words', async ({store}) => {
      const {searchNatively: ask} = store;
      assert.equal(ask !== undefined, store.backend === 'opensearch');
      if (!ask) return;
      await store.putEntries([
        ...numbersBelow(4).map((seq) => makeEntry(seq, `f/${seq}`, {content: 'needle'})),
        makeEntry(4, 'other', {content: 'needle', repo: OTHER_REPO}),
      ]);
      await store.refresh();
      const inside = {repo: REPO, snapshot: serializeBitmap([1, 3, 4])};
      const body = {
        query: {match: {content: 'needle'}},
        aggs: {paths: {terms: {field: 'path'}}},
        sort: ['path'],
        _source: ['path'],
      };
      const {status, body: found} = await ask({kind: 'search', ...inside, body});
      const {hits, aggregations} = found as {
        hits: {total: {value: number}; hits: {_source: unknown}[]};
        aggregations: {paths: {buckets: {key: string}[]}};
      };
      assert.equal(status, 200);
      assert.equal(hits.total.value, 2);
      assert.deepEqual(
        hits.hits.map(({_source}) => _source),
        [{path: 'f/1'}, {path: 'f/3'}],
      );
      assert.deepEqual(
        aggregations.paths.buckets.map(({key}) => key),
        ['f/1', 'f/3'],
      );
      const count = await ask({kind: 'count', ...inside, body: {}});
      assert.equal((count.body as {count: number}).count, 2);
      const none = await ask({kind: 'count', ...inside, snapshot: EMPTY_BITMAP, body: {}});
      assert.equal((none.body as {count: number}).count, 0);
      for (const wider of [{aggs: {a: {global: {}}}}, {query: {script: {script: 'true'}}}, {suggest: {}}]) {
        await rejectsWith('QUERY', ask({kind: 'search', ...inside, body: wider}));
      }
      const bad = await ask({kind: 'search', ...inside, body: {query: {match: {content: {operator: 'x'}}}}});
      assert.equal(bad.status, 400);
    });
  });

  void describe('search among many', () => {
    testStore(open, 'thousands of hits: all of them, or the best', async ({store}) => {
      const entries = numbersBelow(6000).map((seq) =>
        makeEntry(seq, `f/${String(seq).padStart(5, '0')}`, {
          content: `common word${seq} ${'x '.repeat(seq % 3)}`,
        }),
      );
      await store.putEntries(entries);
      await store.refresh();
      const snapshot = serializeBitmap(numbersBelow(6000).filter((seq) => seq % 2 === 0));
      const request = {expression: queryOf(words('common')), snapshot};
      const told = new Map<number, string>();
      const onContent = ({seq}: EntrySummary, content: string) => {
        assert.ok(!told.has(seq), 'each content is told once');
        told.set(seq, content);
      };
      const {total, hits} = await store.search({...request, limit: 10_000, onContent});
      assert.equal(total, 3000);
      assert.equal(new Set(hits.map(({entry}) => entry.seq)).size, 3000);
      assert.equal(told.size, 3000);
      assert.ok(hits.every(({entry}) => told.get(entry.seq) === entries[entry.seq]!.content));
      assert.ok(hits.every(({score, entry}, i) => i === 0 || isAfter(hits[i - 1]!, {score, entry})));
      const best = await store.search({...request, limit: 10});
      assert.deepEqual(best, {total, hits: hits.slice(0, 10)});
      assert.equal((await store.search({...request, limit: 0})).total, 3000);
      assert.deepEqual(await store.findSeqs(request), snapshot);
    });

    testStore(open, 'the beginning of thousands of different words', async ({store}) => {
      await store.putEntries(
        numbersBelow(3000).map((seq) => makeEntry(seq, `f/${seq}`, {content: `the word${seq}`})),
      );
      await store.refresh();
      const request = {snapshot: serializeBitmap(numbersBelow(3000)), limit: 0};
      assert.equal((await store.search({...request, expression: queryOf(prefix('word'))})).total, 3000);
    });

    testStore(open, 'the contents of the hits are told, and of no other entry', async ({store}) => {
      await store.putEntries([
        makeEntry(0, 'a.txt', {content: 'needle one'}),
        makeEntry(1, 'needle.png', {}),
        makeEntry(2, 'b.txt', {content: 'needle two'}),
        makeEntry(3, 'c.txt', {content: ''}),
      ]);
      await store.refresh();
      const tell = async (clauses: Parameters<typeof queryOf>, limit: number) => {
        const told: string[] = [];
        const request = {expression: queryOf(...clauses), snapshot: serializeBitmap([0, 1, 3]), limit};
        await store.search({...request, onContent: ({path}, content) => told.push(`${path}: ${content}`)});
        return told.sort();
      };
      assert.deepEqual(await tell([words('needle')], 10), ['a.txt: needle one']);
      assert.deepEqual(await tell([], 10), ['a.txt: needle one', 'c.txt: ']);
      assert.deepEqual(await tell([], 0), []);
    });

    testStore(open, 'megabytes of hits', async ({store}) => {
      for (let seq = 0; seq < 30; seq++) {
        await store.putEntries([
          makeEntry(seq, `f/${seq}`, {content: `needle ${'hay stack '.repeat(150_000)}`}),
        ]);
      }
      await store.refresh();
      const lengths = new Map<number, number>();
      const {total, hits} = await store.search({
        expression: queryOf(words('needle')),
        snapshot: serializeBitmap(numbersBelow(30)),
        limit: 30,
        onContent: ({seq}, content) => lengths.set(seq, content.length),
      });
      assert.equal(total, 30);
      assert.ok(hits.every(({entry}) => lengths.get(entry.seq) === entry.sizeBytes));
    });

    testStore(open, 'a pattern that no engine can run is the asker’s mistake', async ({store}) => {
      const pattern = path(`${'*a?'.repeat(5000)}`);
      const search = store.search({expression: queryOf(pattern), snapshot: serializeBitmap([0]), limit: 1});
      await search.catch((error: unknown) => rejectsWith('QUERY', Promise.reject(error)));
    });
  });
}

function isAfter(first: SearchResult['hits'][number], second: SearchResult['hits'][number]): boolean {
  return first.score > second.score || (first.score === second.score && first.entry.path < second.entry.path);
}
