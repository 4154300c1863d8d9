import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {openRepository} from '../../../src/git/repository.ts';
import {estimateObjects, streamTreeDiff} from '../../../src/git/tree-diff.ts';
import {collect, GitRig} from '../../support/git-rig.ts';

describe('streamTreeDiff', () => {
  it('gives what differs between two commits, or two trees', async () => {
    using rig = new GitRig();
    const [from, to] = [
      {a: '1', 'd/b': '1', same: '1'},
      {a: '2', c: '1', same: '1'},
    ].map((tree) => rig.treeOf(tree));
    const expected = [
      {path: 'a', from: {mode: '100644', oid: rig.blob('1')}, to: {mode: '100644', oid: rig.blob('2')}},
      {path: 'c', from: undefined, to: {mode: '100644', oid: rig.blob('1')}},
      {path: 'd/b', from: {mode: '100644', oid: rig.blob('1')}, to: undefined},
    ];
    const repo = await openRepository(rig.gitDir);
    assert.deepEqual(await collect(streamTreeDiff(repo, {from: from!, to: to!})), expected);
    const commits = {from: rig.commit({tree: from!}), to: rig.commit({tree: to!})};
    assert.deepEqual(await collect(streamTreeDiff(repo, commits)), expected);
    assert.deepEqual(await collect(streamTreeDiff(repo, {from: commits.to, to: commits.to})), []);
  });

  it('gives everything in path order when there is nothing to compare with', async () => {
    using rig = new GitRig();
    const oid = rig.blob('x');
    const inner = rig.tree([{mode: '160000', name: 'module', oid: '5'.repeat(40)}]);
    const tree = rig.tree([
      {mode: '120000', name: 'a b\tc\n', oid},
      {mode: '100755', name: Buffer.from('caf\xe9', 'latin1'), oid},
      {mode: '040000', name: 'd', oid: inner},
    ]);
    const added = await collect(streamTreeDiff(await openRepository(rig.gitDir), {to: rig.commit({tree})}));
    assert.deepEqual(
      added.map(({path, to}) => [path, to?.mode, to?.oid]),
      [
        ['a b\tc\n', '120000', oid],
        ['caf\uefe9', '100755', oid],
        ['d/module', '160000', '5'.repeat(40)],
      ],
    );
  });

  for (const objectFormat of ['sha1', 'sha256'] as const) {
    it(`gives a large ${objectFormat} tree in several arrays, the same by both ways`, async () => {
      using rig = new GitRig({objectFormat});
      const oid = rig.blob('x');
      const names = Array.from({length: 10_000}, (_, index) => `f${String(index).padStart(5, '0')}`);
      const to = rig.tree(names.map((name) => ({mode: '100644', name, oid})));
      const repo = await openRepository(rig.gitDir);
      const alone = await Array.fromAsync(streamTreeDiff(repo, {to}));
      const compared = await Array.fromAsync(streamTreeDiff(repo, {from: rig.tree([]), to}));
      assert.deepEqual(alone.flat(), compared.flat());
      assert.deepEqual(
        alone.flat().map(({path}) => path),
        names,
      );
      assert.ok(alone.length > 1 && compared.length > 1);
    });
  }

  it('is empty for an empty tree', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    assert.deepEqual(await collect(streamTreeDiff(repo, {to: rig.tree([])})), []);
  });

  it('fails when one of them is missing', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    const missing = '6'.repeat(40);
    await assert.rejects(collect(streamTreeDiff(repo, {to: missing})), {code: 'REPOSITORY'});
    await assert.rejects(collect(streamTreeDiff(repo, {from: missing, to: rig.commit()})), {
      code: 'REPOSITORY',
    });
    await assert.rejects(collect(streamTreeDiff(repo, {to: '--help'})), {code: 'ERR_ASSERTION'});
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
