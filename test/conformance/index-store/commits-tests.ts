import assert from 'node:assert/strict';
import {describe} from 'node:test';
import {EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {CommitRecord} from '../../../src/domain/commit.ts';
import {commitTest, logExpression, type WantedCommit} from '../../../src/domain/commit-match.ts';
import type {Expression} from '../../../src/domain/query/query.ts';
import {
  type CommitFilter,
  SCAN_PATHS_MAX,
  type StoredCommitFilter,
} from '../../../src/store/ports/commits.ts';
import type {IndexStore} from '../../../src/store/ports/index-store.ts';
import {type OpenStore, readWhole, rejectsWith, testStore} from './open-store.ts';
import {flatten, makeCommit, numbersBelow, OTHER_REPO, oidOf, plain, REPO, seqsOf} from './records.ts';

/** The promises of CommitStore. */
export function testCommits(open: OpenStore): void {
  void describe('putCommits', () => {
    testStore(open, 'a commit is found by its oid at once, whole', async ({store}) => {
      const commits = [
        makeCommit(0, {
          snapshot: {added: serializeBitmap(numbersBelow(5000)), removed: EMPTY_BITMAP, spentBytes: 0},
        }),
        makeCommit(1, {
          parents: [oidOf('p1'), oidOf('p2')],
          snapshot: {
            base: oidOf('p1'),
            added: serializeBitmap([7]),
            removed: serializeBitmap([1, 2]),
            spentBytes: 61,
          },
          history: serializeBitmap([0, 1, 70_000]),
          paths: ['a.txt', 'dir/b "c".txt', 'dir/\u0001/é🚀'],
          subject: 'A "subject" \\ with é',
          message: 'A "subject" \\ with é\n\nBody\u0000 with NUL, 🚀 and\r\nlines\n',
        }),
        makeCommit(2, {oid: 'ab'.repeat(32), tree: 'cd'.repeat(32), subject: '', message: ''}),
      ];
      await store.putCommits(commits);
      const read = await readWhole(store, [...commits.map(({oid}) => oid), oidOf('missing')]);
      assert.deepEqual([...read.keys()].sort(), commits.map(({oid}) => oid).sort());
      for (const commit of commits) assert.deepEqual(plain(read.get(commit.oid)), plain(commit));
      const heads = await store.readCommitHeads(REPO, [...commits.map(({oid}) => oid), oidOf('missing')]);
      assert.deepEqual(
        commits.map(({oid}) => heads.get(oid)),
        commits.map(({oid, author, committer, subject}) => ({oid, author, committer, subject})),
      );
      assert.equal(heads.size, commits.length);
      const known = await store.readKnownCommits(REPO, [commits[0]!.oid, oidOf('missing')]);
      assert.deepEqual(known, new Set([commits[0]!.oid]));
    });

    testStore(open, 'no date makes a commit fail', async ({store}) => {
      const times = [0, -1, 8.64e12, -8.64e12, 253_402_300_800, 2 ** 32].map((timeSeconds) => ({
        timeSeconds,
        offset: '+0000',
      }));
      const offsets = ['-1200', '+9999', '-0000', 'nonsense', ''].map((offset) => ({timeSeconds: 1, offset}));
      const commits = [...times, ...offsets].map((when, seq) => {
        const who = {name: 'A', email: '', ...when};
        return makeCommit(seq, {author: who, committer: who, order: when.timeSeconds});
      });
      await store.putCommits(commits);
      await store.refresh();
      const read = await readWhole(
        store,
        commits.map(({oid}) => oid),
      );
      for (const commit of commits) assert.deepEqual(plain(read.get(commit.oid)), plain(commit));
      const oids = commits.map(({oid}) => oid);
      assert.deepEqual(
        await store.readCommitTimes(REPO, [...oids, oidOf('missing')]),
        new Map(commits.map(({oid, committer}) => [oid, committer.timeSeconds])),
      );
      assert.equal((await store.readCommitTimes(OTHER_REPO, oids)).size, 0);
      const newestFirst = commits.toSorted((a, b) => b.order - a.order || b.seq - a.seq).map(({seq}) => seq);
      assert.deepEqual(await log(store, {}), newestFirst);
    });

    testStore(open, 'may be repeated: what is there stays as it is', async ({store}) => {
      const commit = makeCommit(0);
      await store.putCommits([]);
      await store.putCommits([commit]);
      await store.putCommits([{...commit, subject: 'changed'}, makeCommit(1)]);
      const read = await readWhole(store, [commit.oid, makeCommit(1).oid]);
      assert.equal(read.size, 2);
      assert.deepEqual(plain(read.get(commit.oid)), plain(commit));
    });

    testStore(open, 'an oid under another seq is a conflict', async ({store}) => {
      await store.putCommits([makeCommit(0)]);
      await rejectsWith('CONFLICT', store.putCommits([{...makeCommit(0), seq: 5}]));
    });

    testStore(open, 'belong to their repository', async ({store}) => {
      const mine = makeCommit(0, {oid: oidOf('same')});
      const theirs = makeCommit(1, {oid: oidOf('same'), repo: OTHER_REPO, subject: 'theirs'});
      await store.putCommits([mine, theirs]);
      assert.equal((await store.readCommits(REPO, [mine.oid])).get(mine.oid)?.seq, 0);
      assert.equal((await store.readCommits(OTHER_REPO, [mine.oid])).get(mine.oid)?.seq, 1);
      assert.equal((await store.readKnownCommits('nobody', [mine.oid])).size, 0);
      assert.equal((await store.readCommitHeads('nobody', [mine.oid])).size, 0);
      assert.equal((await store.readCommitPaths('nobody', [mine.oid])).size, 0);
    });

    testStore(open, 'are read without their paths, and their paths apart', async ({store}) => {
      const commits = numbersBelow(120).map((seq) => makeCommit(seq, {paths: [`a/${seq}`, `b/${seq}`]}));
      await put(store, [...commits, makeCommit(200)]);
      const oids = commits.map(({oid}) => oid);
      for (const commit of (await store.readCommits(REPO, oids)).values()) assert.ok(!('paths' in commit));
      for (const commit of await flatten(store.scanCommits(REPO, {}))) assert.ok(!('paths' in commit));
      assert.deepEqual(
        await store.readCommitPaths(REPO, [...oids, makeCommit(200).oid, oidOf('missing')]),
        new Map([...commits, makeCommit(200)].map(({oid, paths}) => [oid, paths])),
      );
    });

    testStore(open, 'their numbers are read by oid', async ({store}) => {
      await store.putCommits([makeCommit(3), makeCommit(5), makeCommit(7, {repo: OTHER_REPO})]);
      const oids = [
        makeCommit(5).oid,
        makeCommit(3).oid,
        makeCommit(7, {repo: OTHER_REPO}).oid,
        oidOf('missing'),
      ];
      assert.deepEqual(
        await store.readCommitSeqs(REPO, oids),
        new Map([
          [oids[0], 5],
          [oids[1], 3],
        ]),
      );
    });
  });

  void describe('replaceCommits', () => {
    testStore(open, 'overwrites, also what a query sees', async ({store}) => {
      await store.putCommits([makeCommit(0, {paths: ['old.txt']}), makeCommit(1)]);
      await store.replaceCommits([makeCommit(0, {paths: ['new.txt']})]);
      await store.refresh();
      const history = serializeBitmap([0, 1]);
      assert.deepEqual(await flatten(store.listCommits({history, path: 'old.txt'})), []);
      assert.equal((await flatten(store.listCommits({history, path: 'new.txt'}))).length, 1);
      await rejectsWith('CONFLICT', store.replaceCommits([{...makeCommit(0), seq: 9}]));
    });
  });

  void describe('deleteCommits', () => {
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
  });

  void describe('scanCommits', () => {
    testStore(open, 'by seq, by what they changed', async ({store}) => {
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
      const scan = async (filter: StoredCommitFilter) => flatten(store.scanCommits(REPO, filter));
      assert.deepEqual(plain(await scan({})), plain(commits.map(({paths: _paths, ...node}) => node)));
      const numbers = async (filter: StoredCommitFilter) => (await scan(filter)).map(({seq}) => seq);
      assert.deepEqual(await numbers({seqs: serializeBitmap([0, 2, 3])}), [0, 2]);
      assert.deepEqual(await numbers({paths: ['a.txt', 'none']}), [0]);
      assert.deepEqual(await numbers({paths: ['dir/a.txt']}), [1]);
      assert.deepEqual(await numbers({paths: ['dir', 'dir/a']}), []);
      assert.deepEqual(await numbers({paths: [long]}), [1]);
      const most = numbersBelow(SCAN_PATHS_MAX - 1).map((n) => `none ${n}`);
      assert.deepEqual(await numbers({paths: [...most, 'a.txt']}), [0], 'as many as it takes');
      assert.deepEqual(await numbers({seqs: serializeBitmap([0]), paths: ['dir/a.txt']}), []);
      const child = makeCommit(4, {parents: [oidOf('p')], message: 'says "parents":[] itself\n'});
      await store.putCommits([child]);
      await store.refresh();
      assert.deepEqual(await numbers({isRoot: true}), [0, 1, 2]);
    });
  });

  void describe('listCommits', () => {
    testStore(open, 'newest first by order, equal orders by seq', async ({store}) => {
      const orders = [5, 9, 9, 1, 9, 7];
      await put(
        store,
        orders.map((order, seq) => makeCommit(seq, {order})),
      );
      assert.deepEqual(await log(store, {}), [4, 2, 1, 5, 0, 3]);
    });

    testStore(open, 'goes on behind a commit', async ({store}) => {
      const orders = [5, 9, 9, 1, 9, 7];
      await put(
        store,
        orders.map((order, seq) => makeCommit(seq, {order})),
      );
      assert.deepEqual(await log(store, {after: {order: 9, seq: 2}}), [1, 5, 0, 3]);
      assert.deepEqual(await log(store, {after: {order: 9, seq: 2}, limit: 2}), [1, 5]);
      assert.deepEqual(await log(store, {after: {order: 1, seq: 3}}), []);
    });

    testStore(open, 'only what the history holds', async ({store}) => {
      await put(
        store,
        numbersBelow(6).map((seq) => makeCommit(seq)),
      );
      assert.deepEqual(await log(store, {history: serializeBitmap([1, 4, 99])}), [4, 1]);
      assert.deepEqual(await log(store, {history: EMPTY_BITMAP}), []);
    });

    testStore(open, 'shows a commit as it was put, without its bitmaps', async ({store}) => {
      const commit = makeCommit(0, {paths: ['a', 'b/c'], parents: [oidOf('p')]});
      await put(store, [commit]);
      const {snapshot: _snapshot, history: _history, ...summary} = commit;
      assert.deepEqual(plain(await flatten(store.listCommits({history: serializeBitmap([0])}))), [
        plain({...summary, pathsTotal: 2}),
      ]);
    });

    testStore(open, 'by file, by directory, and by nothing that only begins alike', async ({store}) => {
      const changes = [
        ['readme'],
        ['src/a.ts', 'docs/x.md'],
        ['src/deep/er/b.ts'],
        ['srcs/a.ts', 'src.txt', 'src0'],
        ['Src/a.ts'],
        [],
      ];
      await put(
        store,
        changes.map((paths, seq) => makeCommit(seq, {paths})),
      );
      const cases: Record<string, number[]> = {
        'src/a.ts': [1],
        src: [2, 1],
        'src/deep': [2],
        'src/deep/er': [2],
        'src/deep/er/b.ts': [2],
        docs: [1],
        src0: [3],
        Src: [4],
        a: [],
        'src/': [],
        '': [5, 4, 3, 2, 1, 0],
      };
      for (const [path, expected] of Object.entries(cases)) {
        assert.deepEqual(await log(store, {path}), expected, `path "${path}"`);
      }
    });

    testStore(open, 'by paths longer than an index term may be', async ({store}) => {
      const directory = Array.from({length: 60}, (_, i) => `${i}`.repeat(200).slice(0, 200)).join('/');
      await put(store, [
        makeCommit(0, {paths: [`${directory}/file`]}),
        makeCommit(1, {paths: [`${directory}/other`]}),
      ]);
      assert.deepEqual(await log(store, {path: `${directory}/file`}), [0]);
      assert.deepEqual(await log(store, {path: directory}), [1, 0]);
      assert.deepEqual(await log(store, {path: directory.slice(0, directory.indexOf('/'))}), [1, 0]);
      assert.deepEqual(await log(store, {path: `${directory}/none`}), []);
    });

    testStore(open, 'thousands in batches, and no more than the limit', async ({store}) => {
      await put(
        store,
        numbersBelow(2500).map((seq) => makeCommit(seq, {order: Math.floor(seq / 100), paths: ['a/b']})),
      );
      const expected = numbersBelow(2500).toReversed();
      assert.deepEqual(await log(store, {}), expected);
      assert.deepEqual(await log(store, {path: 'a'}), expected);
      for (const limit of [1, 999, 1000, 1001, 2000, 2500, 9999]) {
        assert.deepEqual(await log(store, {limit}), expected.slice(0, limit), `limit ${limit}`);
      }
      const batches = await Array.fromAsync(
        store.listCommits({history: serializeBitmap(numbersBelow(2500))}),
      );
      assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 1000));
    });

    testStore(open, 'by author, message and time, as commitTest says', async ({store}) => {
      const hashes = numbersBelow(9)
        .map((n) => oidOf(`hash ${n}`))
        .join('');
      const people: [name: string, email: string][] = [
        ['Ada Example', 'ada@example.org'],
        ['Zoë Ångström', 'zoe@example.org'],
        ['王小明', 'k*?\\s@example.org'],
        ['\u212aarl \u017ftone', ''],
        ['', 'nameless'],
        ['long'.repeat(3000), 'long@example.org'],
      ];
      const messages = [
        'Fix getUserName()\n\nBody with HTTPServer2 and snake_case.\n',
        'retry: again\r\nand again',
        `hash ${hashes}\n`,
        'Цитата и 東京都 naïve cafe\u0301 \u212aelvin\n',
        '',
        'a.b:c*d?e\\f\u0000g 🚀\n',
      ];
      const commits = numbersBelow(72).map((seq) => {
        const [name, email] = people[seq % 6]!;
        const signature = {name, email, timeSeconds: 1000 - seq, offset: '+0100'};
        const timeSeconds = 1000 + 10 * Math.floor(seq / 2);
        const message = messages[(seq + Math.floor(seq / 6)) % 6]!;
        const order = timeSeconds + (seq % 5 === 0 ? 300 : 0);
        return makeCommit(seq, {
          author: signature,
          committer: {...signature, name: 'Committer', timeSeconds},
          message,
          order,
          paths: [seq % 2 === 0 ? 'a/even' : 'b'],
        });
      });
      await put(store, commits);
      const newestFirst = commits.toSorted((a, b) => b.order - a.order || b.seq - a.seq);
      const authors = [
        'ada',
        'A EXAMPLE <ADA@',
        'ångström',
        'ANG',
        '小',
        'k*?\\s',
        'karl stone',
        'KARL',
        'S',
        '<>',
      ]
        .concat(['Committer', '> ', 'gl', 'longlong', '<nameless>', ' <name', 'nobody'])
        .map((text) => ({expression: {type: 'author', text}}) as const);
      const texts = [
        'etUserN',
        'getusername',
        'user name',
        'server2',
        'ttpserver',
        'snake_case',
        'e_c',
        'AGAIN',
      ]
        .concat([
          'again\r\nand',
          'y: a',
          hashes.slice(200, 300),
          hashes,
          'цитата',
          '京',
          'naïve',
          'naive',
          'cafe',
        ])
        .concat(['kelvin', 'KELVIN', ':c*d', 'b.*e', '\\f', '🚀', '\u0000', 'zzz', ' '])
        .map((text) => ({expression: {type: 'message', text}}) as const);
      const ada = {type: 'author', text: 'ada'} as const;
      const again = {type: 'message', text: 'again'} as const;
      const words = (text: string, isPrefix = false) => ({type: 'words', text, isPrefix}) as const;
      const expressions: Expression[] = [
        logExpression({authors: ['ada', '王', 'nobody']})!,
        logExpression({messages: ['again', 'snake', '京']})!,
        logExpression({messages: ['again', 'retry'], isAllMatch: true})!,
        {type: 'not', of: ada},
        {type: 'all', of: [{type: 'not', of: ada}, again]},
        {type: 'any', of: [{type: 'not', of: again}, ada]},
        {type: 'any', of: [ada, again]},
        {type: 'any', of: []},
        {type: 'all', of: []},
        ...['user name', 'getUserName', 'retry again', 'http', 'snake', 'AGAIN', 'cafe', 'цитата'].map(
          (text) => words(text),
        ),
        words('httpserv', true),
        words('and ag', true),
        {type: 'not', of: words('again')},
      ];
      const times = [
        {sinceSeconds: 1100},
        {untilSeconds: 1100},
        {sinceSeconds: 1050, untilSeconds: 1200},
        {sinceSeconds: 5000},
        {untilSeconds: -1},
      ];
      const cases: WantedCommit[] = [
        ...authors,
        ...texts,
        ...times,
        {expression: logExpression({authors: ['ada'], messages: ['again']}), sinceSeconds: 1020},
        {expression: logExpression({authors: [''], messages: ['']})},
        ...expressions.map((expression) => ({expression})),
      ];
      for (const wanted of cases) {
        const isWanted = commitTest(wanted) ?? (() => true);
        const expected = newestFirst.filter(isWanted).map(({seq}) => seq);
        const about = JSON.stringify(wanted);
        assert.deepEqual(await log(store, wanted), expected, about);
        assert.deepEqual(await log(store, {...wanted, limit: 3}), expected.slice(0, 3), `${about}, limit`);
        const even = expected.filter((seq) => seq % 2 === 0);
        assert.deepEqual(await log(store, {...wanted, path: 'a'}), even, `${about}, path`);
        const after = commits[expected[0] ?? newestFirst.at(-1)!.seq]!;
        assert.deepEqual(await log(store, {...wanted, after}), expected.slice(1), `${about}, after`);
      }
    });

    testStore(open, 'finds the few that match among thousands', async ({store}) => {
      const isRare = (seq: number) => seq % 900 === 7;
      await put(
        store,
        numbersBelow(2500).map((seq) => makeCommit(seq, {message: isRare(seq) ? 'rare one' : 'usual'})),
      );
      const usual = numbersBelow(2500)
        .filter((seq) => !isRare(seq))
        .toReversed();
      const rare = numbersBelow(2500).filter(isRare).toReversed();
      const saying = (text: string) => ({type: 'message', text}) as const;
      assert.deepEqual(await log(store, {expression: saying('RARE ONE')}), rare);
      assert.deepEqual(await log(store, {expression: saying('rare one'), limit: 2}), rare.slice(0, 2));
      assert.deepEqual(await log(store, {expression: saying('usual'), limit: 2000}), usual.slice(0, 2000));
      assert.deepEqual(await log(store, {expression: saying('none')}), []);
    });

    testStore(
      open,
      'of each commit as many paths as are wanted, the first, and how many there are',
      async ({store}) => {
        const paths = numbersBelow(300).map((at) => `dir/${String(at).padStart(3, '0')}`);
        await put(
          store,
          numbersBelow(120).map((seq) => makeCommit(seq, {paths: seq % 2 === 0 ? paths : []})),
        );
        const history = serializeBitmap(numbersBelow(120));
        for (const pathsMax of [0, 1, 299, 300, 301, undefined]) {
          const commits = await flatten(store.listCommits({history, pathsMax}));
          assert.equal(commits.length, 120);
          for (const {seq, paths: shown, pathsTotal} of commits) {
            assert.deepEqual(shown, seq % 2 === 0 ? paths.slice(0, pathsMax) : []);
            assert.equal(pathsTotal, seq % 2 === 0 ? 300 : 0);
          }
        }
      },
    );

    testStore(open, 'a reader may stop after the first batch', async ({store}) => {
      await put(
        store,
        numbersBelow(1500).map((seq) => makeCommit(seq)),
      );
      for await (const batch of store.listCommits({history: serializeBitmap(numbersBelow(1500))})) {
        assert.equal(batch[0]?.seq, 1499);
        break;
      }
      assert.equal((await log(store, {limit: 3})).length, 3);
    });
  });

  void describe('findCommits', () => {
    testStore(open, 'by the beginning of the oid, sorted, limited, of one repository', async ({store}) => {
      const oids = ['abcd1', 'abcd0', 'abce0', 'abcdf'].map((start) => start.padEnd(40, '0'));
      await put(store, [
        ...oids.map((oid, seq) => makeCommit(seq, {oid})),
        makeCommit(9, {oid: 'abcd9'.padEnd(40, '0'), repo: OTHER_REPO}),
      ]);
      const [one, zero, , last] = oids;
      assert.deepEqual(await store.findCommits(REPO, 'abcd', 10), [zero, one, last]);
      assert.deepEqual(await store.findCommits(REPO, 'abcd', 2), [zero, one]);
      assert.deepEqual(await store.findCommits(REPO, oids[0]!, 2), [one]);
      assert.deepEqual(await store.findCommits(REPO, 'abcc', 10), []);
      assert.deepEqual(await store.findCommits(REPO, 'abc*', 10), []);
    });
  });
}

async function put(store: IndexStore, commits: readonly CommitRecord[]): Promise<void> {
  await store.putCommits(commits);
  await store.refresh();
}

async function log(store: IndexStore, filter: Partial<CommitFilter>): Promise<number[]> {
  const all = serializeBitmap(numbersBelow(3000));
  return (await flatten(store.listCommits({history: all, ...filter}))).map(({seq}) => seq);
}
