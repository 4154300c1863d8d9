import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import type {SyncEvent, SyncSummary} from '../../src/sync/sync-progress.ts';
import {GitRig} from '../support/git-rig.ts';
import {assertEqualsGit} from '../support/oracle.ts';
import {ctrJson, runCtr} from '../support/run-ctr.ts';

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
  assert.match(advice, /fix the cause/);
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

function damage(rig: GitRig, oid: string): void {
  const file = rig.looseObject(oid);
  rmSync(file);
  writeFileSync(file, 'not an object');
}
