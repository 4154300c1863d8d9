import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {describe, it} from 'node:test';
import {estimateObjects} from '../../../src/git/estimate-objects.ts';
import {openRepository} from '../../../src/git/repository.ts';
import {streamTree} from '../../../src/git/stream-tree.ts';
import {TreeDiffs} from '../../../src/git/tree-diff.ts';
import {collect, GitRig} from '../../support/git-rig.ts';

describe('streamTree', () => {
  it('gives everything in path order', async () => {
    using rig = new GitRig();
    const oid = rig.blob('x');
    const inner = rig.tree([{mode: '160000', name: 'module', oid: '5'.repeat(40)}]);
    const tree = rig.tree([
      {mode: '120000', name: 'a b\tc\n', oid},
      {mode: '100755', name: Buffer.from('caf\xe9', 'latin1'), oid},
      {mode: '040000', name: 'd', oid: inner},
    ]);
    const added = await collect(streamTree(await openRepository(rig.gitDir), rig.commit({tree})));
    assert.deepEqual(
      added.map(({path, to}) => [path, to?.mode, to?.oid]),
      [
        ['a b\tc\n', '120000', oid],
        ['caf\uefe9', '100755', oid],
        ['d/module', '160000', '5'.repeat(40)],
      ],
    );
  });

  it('is empty for an empty tree', async () => {
    using rig = new GitRig();
    assert.deepEqual(await collect(streamTree(await openRepository(rig.gitDir), rig.tree([]))), []);
  });

  it('fails when it is missing', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    await assert.rejects(collect(streamTree(repo, '6'.repeat(40))), {code: 'REPOSITORY'});
    await assert.rejects(collect(streamTree(repo, '--help')), {code: 'ERR_ASSERTION'});
  });
});

describe('TreeDiffs', () => {
  it('gives what differs between two trees, one pair after another', async () => {
    using rig = new GitRig();
    const [from, to] = [
      {a: '1', 'd/b': '1', same: '1'},
      {a: '2', c: '1', same: '1'},
    ].map((tree) => rig.treeOf(tree));
    await using diffs = new TreeDiffs(await openRepository(rig.gitDir));
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await collect(diffs.read({from: from!, to: to!})), [
        {path: 'a', from: {mode: '100644', oid: rig.blob('1')}, to: {mode: '100644', oid: rig.blob('2')}},
        {path: 'c', from: undefined, to: {mode: '100644', oid: rig.blob('1')}},
        {path: 'd/b', from: {mode: '100644', oid: rig.blob('1')}, to: undefined},
      ]);
      assert.deepEqual(await collect(diffs.read({from: to!, to: to!})), []);
    }
  });

  for (const objectFormat of ['sha1', 'sha256'] as const) {
    it(`gives a large ${objectFormat} tree in several arrays, the same as streamTree`, async () => {
      using rig = new GitRig({objectFormat});
      const oid = rig.blob('x');
      const names = Array.from({length: 10_000}, (_, index) => `f${String(index).padStart(5, '0')}`);
      const [from, to] = [rig.tree([]), rig.tree(names.map((name) => ({mode: '100644', name, oid})))];
      const repo = await openRepository(rig.gitDir);
      await using diffs = new TreeDiffs(repo);
      const alone = await Array.fromAsync(streamTree(repo, to));
      const compared = await Array.fromAsync(diffs.read({from, to}));
      assert.deepEqual(alone.flat(), compared.flat());
      assert.deepEqual(
        alone.flat().map(({path}) => path),
        names,
      );
      assert.ok(alone.length > 1 && compared.length > 1);
      // One that was not read to its end harms no other.
      for await (const changes of diffs.read({from, to})) {
        assert.ok(changes.length > 0);
        break;
      }
      assert.deepEqual((await Array.fromAsync(diffs.read({from, to}))).flat(), alone.flat());
    });
  }

  it('fails for a pair of which one is missing or damaged, and goes on with the next', async () => {
    using rig = new GitRig();
    const [from, to, badTree] = ['1', '2', '3'].map((content) => rig.treeOf({'d/a': content}));
    rmSync(rig.looseObject(rig.treeOf({a: '3'})));
    const missing = '6'.repeat(40);
    await using diffs = new TreeDiffs(await openRepository(rig.gitDir));
    for (const pair of [
      {from: missing, to: to!},
      {from: from!, to: missing},
      {from: from!, to: badTree!},
    ]) {
      await assert.rejects(collect(diffs.read(pair)), {code: 'REPOSITORY'});
      assert.equal((await collect(diffs.read({from: from!, to: to!}))).length, 1);
    }
    await assert.rejects(collect(diffs.read({from: '--help', to: to!})), {code: 'ERR_ASSERTION'});
  });
});

describe('estimateObjects', () => {
  it('counts blobs and their bytes, loose and packed', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    assert.deepEqual(await estimateObjects(repo), {blobs: 0, bytes: 0});
    rig.setRef('refs/heads/main', rig.commit({tree: {a: '12345', b: '123'}}));
    rig.git('gc', '--quiet');
    rig.blob('1234567');
    assert.deepEqual(await estimateObjects(repo), {blobs: 3, bytes: 15});
  });
});
