import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {decodePath} from '../../src/domain/path.ts';
import type {SyncEvent, SyncSummary} from '../../src/sync/sync-events.ts';
import {GitRig} from '../support/git-rig.ts';
import {assertEqualsGit} from '../support/oracle.ts';
import {ctrJson, runCtr} from '../support/run-ctr.ts';

const LATIN1_NAME = Buffer.from('caf\xe9.txt', 'latin1');

test('everything odd that Git allows, in sha1 and sha256', async (t) => {
  for (const objectFormat of ['sha1', 'sha256'] as const) {
    await t.test(objectFormat, async () => {
      using rig = new GitRig({objectFormat});
      const world = {env: rig.env, cwd: rig.gitDir};
      const root = rig.commit({
        tree: {'a.txt': 'alpha\n', 'dir/b.txt': 'beta\n', 'dir.txt': 'x\n', 'dir/sub/c.txt': 'y\n'},
      });
      const odd = rig.commit({
        tree: oddTree(rig),
        parents: [root],
        message: Buffer.from('caf\xe9 without a header\n', 'latin1'),
        author: 'No Date <>',
        committer: 'Far Future <f@e.org> 99999999999999 +9999',
      });
      const empty = rig.commit({
        tree: rig.tree([]),
        parents: [odd],
        committer: 'Long Ago <l@e.org> -5 -0000',
      });
      const merge = rig.commit({
        tree: {'a.txt': 'alpha\n', 'merged.txt': 'both\n'},
        parents: [empty, root, odd],
      });
      const orphan = rig.commit({tree: {'o.txt': 'orphan\n'}});
      rig.setRef('refs/heads/main', merge);
      rig.setRef('refs/heads/odd', odd);
      rig.setRef('refs/heads/empty', empty);
      rig.setRef('refs/heads/orphan', orphan);
      rig.setRef('refs/heads/<svg/onload=alert(1)>', root);
      rig.setRef('refs/heads/--upload-pack=x', root);
      rig.setRef('refs/tags/nested', rig.tag(rig.tag(odd), {type: 'tag'}));
      rig.setRef('refs/tags/blob', rig.tag(rig.blob('just a blob'), {type: 'blob'}));
      rig.setRef('refs/tags/tree', rig.treeOf({'t.txt': 't'}));
      rig.setRef('refs/notes/commits', orphan);

      assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
      await assertEqualsGit(rig.gitDir, world, {tips: 20, commits: 20, files: 30});

      const {refs} = await ctrJson<{refs: {name: string; commit: string | null; reason: string | null}[]}>(
        ['refs'],
        world,
      );
      const skipped = refs.filter(({commit}) => commit === null).map(({name, reason}) => [name, reason]);
      assert.deepEqual(skipped, [
        ['refs/tags/blob', 'tag on a blob'],
        ['refs/tags/tree', 'points to a tree'],
      ]);
      const onOdd = async (query: string) => {
        const {hits} = await ctrJson<{hits: {path: string}[]}>(['search', query, '--ref', 'odd'], world);
        return hits.map(({path}) => path).sort();
      };
      assert.deepEqual(await onOdd('utf16 content'), ['utf16.txt']);
      assert.deepEqual(await onOdd('deja vu'), ['latin1.txt']);
      assert.deepEqual(await onOdd('type:submodule'), ['module']);
      assert.deepEqual(await onOdd('type:symlink'), ['link']);
      assert.deepEqual(await onOdd('type:binary'), ['binary.bin']);
      assert.deepEqual(await onOdd('getUserName'), ['code.ts']);
      assert.deepEqual(await onOdd('"user name"'), ['code.ts']);
      const bytes = await runCtr(['cat', decodePath(LATIN1_NAME), '--ref', 'odd'], world);
      assert.equal(bytes.stdout.toString(), 'named in Latin-1\n');
    });
  }
});

test('a shallow clone ends where its history stops', async () => {
  using rig = new GitRig();
  let parent: string | undefined;
  for (let i = 0; i < 6; i++) {
    parent = rig.commit({
      tree: {'a.txt': `${i}\n`, [`f${i}.txt`]: 'x\n'},
      parents: parent ? [parent] : [],
      message: `c${i}\n`,
    });
  }
  rig.setRef('refs/heads/main', parent!);
  const clone = rig.clone('shallow.git', '--bare', '--depth', '3');
  const world = {env: rig.env, cwd: clone};
  assert.equal((await runCtr(['install', clone], world)).code, 0);
  await assertEqualsGit(clone, world, {commits: 10});
});

test('an empty repository, and one whose HEAD names no branch yet', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world);
  rig.setRef('refs/heads/elsewhere', rig.commit({tree: {'a.txt': 'alpha\n'}}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world);
  const {code, stderr} = await runCtr(['search', 'alpha'], world);
  assert.equal(code, 2);
  assert.match(stderr, /HEAD's branch refs\/heads\/main is not in the index/);
});

test('a file larger than what is held is streamed, kept whole and not searched', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const large = Buffer.from('needle in a large text\n'.repeat(400_000));
  rig.setRef('refs/heads/main', rig.commit({tree: {'large.txt': large, 'small.txt': 'needle\n'}}));
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  assert.ok((await runCtr(['cat', 'large.txt'], world)).stdout.equals(large));
  const {hits} = await ctrJson<{hits: {path: string}[]}>(['search', 'needle'], world);
  assert.deepEqual(
    hits.map(({path}) => path),
    ['small.txt'],
  );
  const {notIndexed} = await ctrJson<{notIndexed: string}>(['cat', 'large.txt'], world);
  assert.equal(notIndexed, 'too-large');
});

test('what is excluded keeps its place and nothing else', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  rig.setRef('refs/heads/main', rig.commit({tree: {'secret/key.txt': 'hush\n', 'a.txt': 'open\n'}}));
  assert.equal((await runCtr(['install', rig.gitDir, '--exclude', 'secret/'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {files: 0});
  assert.equal((await ctrJson<{total: number}>(['search', 'hush'], world)).total, 0);
  const {code, stderr} = await runCtr(['cat', 'secret/key.txt'], world);
  assert.equal(code, 1);
  assert.match(stderr, /ctr\.exclude keeps it out/);
});

test('a corrupt object stops nothing else, is named, and is read when it is mended', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const blob = rig.blob('precious words\n');
  const tree = rig.tree([
    {mode: '100644', name: 'bad.txt', oid: blob},
    {mode: '100644', name: 'good.txt', oid: rig.blob('good words\n')},
  ]);
  rig.setRef('refs/heads/main', rig.commit({tree}));
  const badTree = rig.treeOf({'x.txt': 'never seen\n'});
  rig.setRef('refs/heads/broken', rig.commit({tree: badTree, message: 'broken\n'}));
  damage(rig, blob);
  damage(rig, badTree);
  const {code, stderr} = await runCtr(['install', rig.gitDir], world);
  assert.equal(code, 5, stderr);
  assert.doesNotMatch(stderr, /\n\s+at /);
  const found = await ctrJson<{hits: {path: string}[]}>(['search', 'words'], world);
  assert.deepEqual(
    found.hits.map(({path}) => path),
    ['good.txt'],
  );
  const {failures, refs} = await ctrJson<{
    failures: {kind: string; name: string}[];
    refs: {name: string; state: string}[];
  }>(['status'], world);
  assert.deepEqual(failures.map(({kind, name}) => [kind, name]).sort(), [
    ['object', 'bad.txt'],
    ['ref', 'refs/heads/broken'],
  ]);
  assert.deepEqual(
    refs.map(({name, state}) => [name, state]),
    [
      ['refs/heads/broken', 'failed'],
      ['refs/heads/main', 'current'],
    ],
  );
  const advice = (await runCtr(['status'], world)).stderr;
  assert.match(advice, /mend the cause/);
  assert.doesNotMatch(advice, /Run `ctr sync`/, 'by itself it would fail again');

  for (const oid of [blob, badTree]) rmSync(rig.looseObject(oid));
  rig.blob('precious words\n');
  rig.treeOf({'x.txt': 'never seen\n'});
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world);
  assert.equal((await ctrJson<{total: number}>(['search', 'precious'], world)).total, 1);
});

for (const history of ['all', 'refs'] as const) {
  test(`a corrupt default branch does not keep the others out, history ${history}`, async () => {
    using rig = new GitRig();
    const world = {env: rig.env, cwd: rig.gitDir};
    const badTree = rig.treeOf({'x.txt': 'never seen\n'});
    rig.setRef('refs/heads/main', rig.commit({tree: badTree}));
    for (const name of ['a', 'b', 'c'])
      rig.setRef(`refs/heads/${name}`, rig.commit({tree: {[name]: `${name}\n`}, message: name}));
    damage(rig, badTree);
    const install = ['install', '--no-import', '--history', history, rig.gitDir];
    assert.equal((await runCtr(install, world)).code, 0);
    const {code, stdout} = await runCtr(['sync', '--json'], world);
    assert.equal(code, 5);
    const events = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as SyncEvent);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'failure' ? event.failure.name : [])),
      ['refs/heads/main'],
    );
    const {refs} = await ctrJson<{refs: {name: string}[]}>(['refs'], world);
    assert.deepEqual(
      refs.map(({name}) => name),
      ['refs/heads/a', 'refs/heads/b', 'refs/heads/c'],
    );
    for (const name of ['a', 'b', 'c'])
      assert.equal((await runCtr(['cat', name, '--ref', name], world)).stdout.toString(), `${name}\n`);
  });
}

for (const [what, oidOf] of [
  ['an older commit', ({older}) => older],
  ['an older tree', ({olderTree}) => olderTree],
  ['a tree of the tip', ({directory}) => directory],
] satisfies [string, (oids: {older: string; olderTree: string; directory: string}) => string][]) {
  test(`a branch that has lost ${what} leaves nothing in an index with history = refs`, async () => {
    using rig = new GitRig();
    const world = {env: rig.env, cwd: rig.gitDir};
    const first = rig.commit({tree: {a: 'a\n'}});
    const olderTree = rig.treeOf({a: 'a\n', one: 'one\n'});
    const older = rig.commit({tree: olderTree, parents: [first]});
    const directory = rig.treeOf({deep: 'deep\n'});
    const binary = Buffer.from([0, 1, 2, 3]);
    const tip = rig.commit({
      tree: {a: 'a\n', one: 'one\n', 'two.bin': binary, 'z/deep': 'deep\n'},
      parents: [older],
    });
    rig.setRef('refs/heads/main', first);
    rig.setRef('refs/heads/side', tip);
    rmSync(rig.looseObject(rig.blob('one\n')));
    rmSync(rig.looseObject(oidOf({older, olderTree, directory})));
    assert.equal((await runCtr(['install', '--history', 'refs', rig.gitDir], world)).code, 5);
    const verify = async () => {
      const {stdout} = await runCtr(['verify', '--json'], world);
      const {findings} = JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as {
        findings: {kind: string}[];
      };
      return findings.map(({kind}) => kind);
    };
    // Again and again, too.
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await verify(), ['ref-behind']);
      const {code, stdout} = await runCtr(['sync', '--json'], world);
      assert.equal(code, 5);
      const last = JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as SyncSummary;
      assert.deepEqual([last.entriesWritten, last.entriesRemoved], [0, 0]);
    }
    rig.git('update-ref', '-d', 'refs/heads/side');
    assert.equal((await runCtr(['sync'], world)).code, 0);
    assert.deepEqual(await verify(), []);
  });
}

for (const history of ['all', 'refs'] as const) {
  test(`a large blob whose end is damaged keeps its place alone, history ${history}`, async () => {
    using rig = new GitRig();
    const world = {env: rig.env, cwd: rig.gitDir};
    const large = randomBytes(6_000_000);
    const tree = {a: 'a\n', 'large.bin': large};
    rig.setRef('refs/heads/main', rig.commit({tree: {a: 'a\n'}}));
    rig.setRef('refs/heads/bad', rig.commit({tree, message: 'bad'}));
    const file = rig.looseObject(rig.blob(large));
    const bytes = readFileSync(file);
    bytes.fill(0, 5_000_000, 5_000_100);
    writeFileSync(file, bytes);
    assert.equal((await runCtr(['install', '--history', history, rig.gitDir], world)).code, 5);
    const {refs} = await ctrJson<{refs: {name: string; entries: number}[]}>(['refs'], world);
    assert.deepEqual(
      refs.map(({name, entries}) => [name, entries]),
      [
        ['refs/heads/bad', 2],
        ['refs/heads/main', 1],
      ],
    );
    assert.equal((await runCtr(['cat', 'a', '--ref', 'bad'], world)).stdout.toString(), 'a\n');
    const {code, stderr} = await runCtr(['cat', 'large.bin', '--ref', 'bad'], world);
    assert.equal(code, 1);
    assert.match(stderr, /Git could not read it/);
    rmSync(file);
    rig.blob(large);
    assert.equal((await runCtr(['sync'], world)).code, 0);
    assert.ok((await runCtr(['cat', 'large.bin', '--ref', 'bad'], world)).stdout.equals(large));
  });

  test(`a commit that names another as its tree harms no other ref, history ${history}`, async () => {
    using rig = new GitRig();
    const world = {env: rig.env, cwd: rig.gitDir};
    const main = rig.commit({tree: {a: 'a\n'}});
    rig.setRef('refs/heads/main', main);
    assert.equal((await runCtr(['install', '--history', history, rig.gitDir], world)).code, 0);
    rig.setRef('refs/heads/evil', rig.commit({tree: main}));
    const between = rig.commit({tree: {a: 'a\n', b: 'b\n'}, parents: [main]});
    rig.setRef('refs/heads/other', rig.commit({tree: {a: 'a\n', b: 'b\n', c: 'c\n'}, parents: [between]}));
    assert.equal((await runCtr(['sync'], world)).code, 5);
    const {entries} = await ctrJson<{entries: {path: string}[]}>(['ls', '--ref', 'other'], world);
    assert.deepEqual(
      entries.map(({path}) => path),
      ['a', 'b', 'c'],
    );
    rig.git('update-ref', '-d', 'refs/heads/evil');
    assert.equal((await runCtr(['sync'], world)).code, 0);
    assert.equal((await runCtr(['verify'], world)).code, 0);
  });
}

test('trees of thousands of files, each told by its difference from another', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const files = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({length: to - from}, (_, i) => [`d${(from + i) % 9}/f${from + i}`, `${from + i}\n`]),
    );
  rig.setRef('refs/heads/a', rig.commit({tree: files(0, 3000)}));
  rig.setRef('refs/heads/b', rig.commit({tree: files(1000, 6000), message: 'b'}));
  const lost = {...files(4000, 9500), 'e/lost': 'lost\n'};
  rig.setRef('refs/heads/c', rig.commit({tree: lost, message: 'c'}));
  rig.setRef('refs/heads/d', rig.commit({tree: files(5000, 9000), message: 'd'}));
  rig.setRef('refs/heads/e', rig.commit({tree: files(5000, 9000), message: 'e'}));
  rmSync(rig.looseObject(rig.treeOf({lost: 'lost\n'})));
  assert.equal((await runCtr(['install', '--history', 'refs', rig.gitDir], world)).code, 5);
  rig.git('update-ref', '-d', 'refs/heads/c');
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0, files: 2});
  assert.equal((await runCtr(['verify'], world)).code, 0);
});

test('history = refs after history = all: a branch at an old commit has its files, also those that were dropped', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const first = rig.commit({tree: {'a.txt': 'alpha\n'}});
  const second = rig.commit({tree: {'a.txt': 'beta\n'}, parents: [first]});
  rig.setRef('refs/heads/main', second);
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  rig.git('config', 'ctr.history', 'refs');
  rig.setRef('refs/heads/main', rig.commit({tree: {'a.txt': 'gamma\n'}, parents: [second]}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  rig.setRef('refs/heads/old', second);
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0});
});

test('an index whose row of a ref is damaged takes what can be told of the others', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  rig.setRef('refs/heads/main', rig.commit({tree: {a: 'a\n'}}));
  rig.setRef('refs/heads/x', rig.commit({tree: {x: 'x\n'}, message: 'x'}));
  assert.equal((await runCtr(['install', '--history', 'refs', rig.gitDir], world)).code, 0);
  {
    using db = new DatabaseSync(join(rig.gitDir, 'ctr', 'index.db'));
    db.prepare("UPDATE refs SET snapshot = ? WHERE name = 'refs/heads/x'").run(Buffer.from('no bitmap'));
  }
  const olderTree = rig.treeOf({one: 'one\n'});
  const older = rig.commit({tree: olderTree});
  rig.setRef('refs/heads/y', rig.commit({tree: {two: 'two\n'}, parents: [older]}));
  rig.setRef('refs/heads/z', rig.commit({tree: {z: 'z\n'}, message: 'z'}));
  rmSync(rig.looseObject(olderTree));
  const {code, stderr} = await runCtr(['sync'], world);
  assert.equal(code, 5, stderr);
  assert.match(stderr, /refs\/heads\/y/);
  assert.equal((await runCtr(['cat', 'z', '--ref', 'z'], world)).stdout.toString(), 'z\n');
});

test('a ref that Git cannot read keeps what the index shows of it, and is named', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const commit = rig.commit({tree: {'a.txt': 'alpha\n'}});
  for (const name of ['main', 'damaged']) rig.setRef(`refs/heads/${name}`, commit);
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  rig.writeRefFile('refs/heads/damaged', 'no oid at all\n');
  assert.equal((await runCtr(['sync'], world)).code, 5);
  assert.equal((await ctrJson<{total: number}>(['search', 'alpha', '--ref', 'damaged'], world)).total, 1);
  const {failures} = await ctrJson<{failures: {name: string; reason: string}[]}>(['status'], world);
  assert.deepEqual(
    failures.map(({name, reason}) => [name, reason]),
    [['refs/heads/damaged', 'Git cannot read the ref']],
  );
});

test('a text limit above what is held otherwise', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  rig.setRef('refs/heads/main', rig.commit({tree: {'large.txt': `${'filler\n'.repeat(800_000)}needle\n`}}));
  assert.equal((await runCtr(['install', rig.gitDir, '--text-max-bytes', '8m'], world)).code, 0);
  assert.equal((await ctrJson<{total: number}>(['search', 'needle'], world)).total, 1);
});

test('history = all after history = refs shows the files of every commit that a ref points at', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const first = rig.commit({tree: {'a.txt': 'alpha\n'}});
  const second = rig.commit({tree: {'a.txt': 'beta\n'}, parents: [first]});
  rig.setRef('refs/heads/main', second);
  assert.equal((await runCtr(['install', rig.gitDir, '--history', 'refs'], world)).code, 0);
  const {code, stderr} = await runCtr(['ls', '--ref', first], world);
  assert.equal(code, 2);
  assert.match(stderr, /files of commit \w+ are not indexed/);
  const {commits} = await ctrJson<{commits: {oid: string}[]}>(['log', 'a.txt', '--ref', first], world);
  assert.deepEqual(
    commits.map(({oid}) => oid),
    [first],
  );
  rig.git('config', 'ctr.history', 'all');
  rig.setRef('refs/heads/old', first);
  rig.setRef('refs/heads/main', rig.commit({tree: {'a.txt': 'gamma\n', b: 'x\n'}, parents: [second]}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0});
});

function damage(rig: GitRig, oid: string): void {
  const file = rig.looseObject(oid);
  rmSync(file);
  writeFileSync(file, 'not an object');
}

function oddTree(rig: GitRig): string {
  const file = (name: string | Buffer, content: string | Buffer, mode = '100644') => ({
    mode,
    name,
    oid: rig.blob(content),
  });
  const entries = [
    file('a.txt', 'alpha changed\n'),
    file('binary.bin', Buffer.from([1, 2, 0, 3])),
    file(LATIN1_NAME, 'named in Latin-1\n'),
    file('code.ts', 'export const getUserName = 1;\n'),
    file('empty', ''),
    file('latin1.txt', Buffer.from('latin d\xe9j\xe0 vu, une cr\xe8me br\xfbl\xe9e\n', 'latin1')),
    file('line\nbreak "quoted"', 'strange name\n'),
    file('link', 'a.txt', '120000'),
    {mode: '160000', name: 'module', oid: rig.commit({message: 'elsewhere\n'})},
    file('run.sh', '#!/bin/sh\n', '100755'),
    file('utf16.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('utf16 content\n', 'utf16le')])),
  ];
  return rig.tree(entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))));
}
