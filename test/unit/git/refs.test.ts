import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {peelTargets, readRefs} from '../../../src/git/refs.ts';
import {openRepository} from '../../../src/git/repository.ts';
import {GitRig} from '../../support/git-rig.ts';

describe('readRefs', () => {
  it('lists every ref with what it holds, unpeeled', async () => {
    using rig = new GitRig();
    const commit = rig.commit();
    const tag = rig.tag(commit);
    rig.setRef('refs/heads/main', commit);
    rig.setRef('refs/tags/v1', tag);
    rig.setRef('refs/notes/commits', commit);
    const listing = await readRefs(await openRepository(rig.gitDir));
    assert.equal(listing.head, 'refs/heads/main');
    assert.deepEqual([...listing.refs].toSorted(), [
      ['refs/heads/main', commit],
      ['refs/notes/commits', commit],
      ['refs/tags/v1', tag],
    ]);
    assert.deepEqual(listing.broken, []);
  });

  it('is empty for an empty repository, whose HEAD names a branch that is not there yet', async () => {
    using rig = new GitRig();
    const listing = await readRefs(await openRepository(rig.gitDir));
    assert.deepEqual({...listing, refs: [...listing.refs]}, {head: 'refs/heads/main', refs: [], broken: []});
  });

  it('has no head when HEAD is detached', async () => {
    using rig = new GitRig();
    writeFileSync(join(rig.gitDir, 'HEAD'), `${rig.commit()}\n`);
    assert.equal((await readRefs(await openRepository(rig.gitDir))).head, undefined);
  });

  it('shows a symbolic ref with its target’s oid', async () => {
    using rig = new GitRig();
    const commit = rig.commit();
    rig.setRef('refs/heads/main', commit);
    rig.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/main');
    const {refs} = await readRefs(await openRepository(rig.gitDir));
    assert.equal(refs.get('refs/remotes/origin/HEAD'), commit);
  });

  it('is not stopped by a ref to a missing object', async () => {
    using rig = new GitRig();
    const gone = '1'.repeat(40);
    rig.writeRefFile('refs/heads/gone', `${gone}\n`);
    rig.setRef('refs/heads/main', rig.commit());
    const {refs, broken} = await readRefs(await openRepository(rig.gitDir));
    assert.deepEqual([refs.get('refs/heads/gone'), refs.has('refs/heads/main'), broken], [gone, true, []]);
  });

  it('names refs that git cannot read, and lists the others', async () => {
    using rig = new GitRig();
    rig.setRef('refs/heads/main', rig.commit());
    rig.writeRefFile('refs/heads/garbage', 'not an oid\n');
    rig.writeRefFile('refs/heads/empty', '');
    rig.writeRefFile('refs/heads/zero', `${'0'.repeat(40)}\n`);
    rig.writeRefFile('refs/remotes/origin/HEAD', 'ref: refs/remotes/origin/main\n');
    rig.writeRefFile('refs/heads/bad..name', `${rig.commit()}\n`);
    const {refs, broken} = await readRefs(await openRepository(rig.gitDir));
    assert.deepEqual([...refs.keys()], ['refs/heads/main']);
    assert.deepEqual(broken.toSorted(), [
      'refs/heads/bad..name',
      'refs/heads/empty',
      'refs/heads/garbage',
      'refs/heads/zero',
    ]);
  });

  it('keeps hostile and non-UTF-8 names', async () => {
    using rig = new GitRig();
    const commit = rig.commit();
    const names = [
      'refs/heads/--upload-pack=x',
      'refs/heads/<svg/onload=alert(1)>',
      'refs/heads/ümläut',
      'refs/heads/a"b$(c)',
    ];
    for (const name of names) rig.setRef(name, commit);
    rig.gitBytes(['update-ref', '--stdin'], Buffer.from(`create refs/heads/caf\xe9 ${commit}\n`, 'latin1'));
    const {refs} = await readRefs(await openRepository(rig.gitDir));
    assert.deepEqual(new Set(refs.keys()), new Set([...names, 'refs/heads/caf\uefe9']));
  });
});

describe('a repository whose refs are in a reftable', {
  skip: !hasReftable() && 'this git knows no reftable',
}, () => {
  it('is read like any other', async () => {
    using rig = new GitRig({initArgs: ['--ref-format=reftable']});
    const commit = rig.commit();
    const tag = rig.tag(commit);
    rig.setRef('refs/heads/main', commit);
    rig.setRef('refs/tags/v1', tag);
    const listing = await readRefs(await openRepository(rig.gitDir));
    assert.equal(listing.head, 'refs/heads/main');
    assert.deepEqual(
      [...listing.refs],
      [
        ['refs/heads/main', commit],
        ['refs/tags/v1', tag],
      ],
    );
  });
});

describe('peelTargets', () => {
  it('follows tags, and says why there is no commit', async () => {
    using rig = new GitRig();
    const commit = rig.commit();
    const [blob, tree] = [rig.blob('x'), rig.treeOf({})];
    const tag = rig.tag(commit);
    const missing = '2'.repeat(40);
    const wanted = new Map([
      [commit, {commit}],
      [tag, {commit}],
      [rig.tag(tag, {type: 'tag'}), {commit}],
      [rig.tag(blob, {type: 'blob'}), {reason: 'tag on a blob', isMissing: false}],
      [rig.tag(tree, {type: 'tree'}), {reason: 'tag on a tree', isMissing: false}],
      [blob, {reason: 'points to a blob', isMissing: false}],
      [missing, {reason: 'points to a missing object', isMissing: true}],
      [rig.tag(missing), {reason: 'points to a missing object', isMissing: true}],
    ]);
    const repo = await openRepository(rig.gitDir);
    assert.deepEqual(await peelTargets(repo, [...wanted.keys(), commit]), wanted);
    assert.deepEqual(await peelTargets(repo, []), new Map());
  });

  it('passes over a damaged commit', async () => {
    using rig = new GitRig();
    const [good, bad] = [rig.commit(), rig.commit({message: 'bad'})];
    rmSync(rig.looseObject(bad));
    writeFileSync(rig.looseObject(bad), 'garbage');
    const peeled = await peelTargets(await openRepository(rig.gitDir), [bad, good]);
    assert.deepEqual(peeled.get(good), {commit: good});
    assert.deepEqual(peeled.get(bad), {reason: 'points to a damaged object', isMissing: true});
  });

  it('lists and peels 10,000 refs within seconds', async () => {
    using rig = new GitRig();
    const commands = Array.from({length: 10_000}, (_, index) => {
      const mark = index + 1;
      return `commit refs/heads/b${index}\nmark :${mark}\ncommitter C <c@e.org> ${index} +0000\ndata 0\n\n`;
    });
    rig.fastImport(commands.join(''));
    const repo = await openRepository(rig.gitDir);
    const start = performance.now();
    const {refs} = await readRefs(repo);
    const peeled = await peelTargets(repo, refs.values());
    assert.equal(peeled.size, 10_000);
    assert.ok(performance.now() - start < 5000);
  });

  it('never gives git anything but an oid', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    await assert.rejects(peelTargets(repo, ['refs/heads/main']), {code: 'ERR_ASSERTION'});
  });
});

function hasReftable(): boolean {
  return /ref-format/.test(spawnSync('git', ['init', '-h'], {encoding: 'utf8'}).stdout);
}
