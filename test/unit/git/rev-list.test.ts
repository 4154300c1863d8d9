import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {describe, it} from 'node:test';
import {filterCommits} from '../../../src/git/refs.ts';
import {openRepository} from '../../../src/git/repository.ts';
import {countCommits, streamRevList} from '../../../src/git/rev-list.ts';
import {collect, GitRig} from '../../support/git-rig.ts';

describe('streamRevList', () => {
  it('gives parents before children, with their parents in order', async () => {
    using rig = new GitRig();
    const root = rig.commit({message: 'root'});
    const [left, right] = ['left', 'right'].map((message) => rig.commit({message, parents: [root]}));
    const merge = rig.commit({message: 'merge', parents: [right!, left!]});
    const repo = await openRepository(rig.gitDir);
    const entries = await collect(streamRevList(repo, {tips: [merge, left!]}));
    assert.deepEqual(entries.at(0), {oid: root, parents: []});
    assert.deepEqual(entries.at(-1), {oid: merge, parents: [right, left]});
    assert.equal(entries.length, 4);
    assert.equal(await countCommits(repo, {tips: [merge, left!]}), 4);
  });

  it('leaves out what is known, but names known parents', async () => {
    using rig = new GitRig();
    const first = rig.commit({message: '1'});
    const second = rig.commit({message: '2', parents: [first]});
    const repo = await openRepository(rig.gitDir);
    const range = {tips: [second], known: [first]};
    assert.deepEqual(await collect(streamRevList(repo, range)), [{oid: second, parents: [first]}]);
    assert.equal(await countCommits(repo, range), 1);
  });

  it('is empty without tips, and when all is known', async () => {
    using rig = new GitRig();
    const commit = rig.commit();
    const repo = await openRepository(rig.gitDir);
    assert.deepEqual(await collect(streamRevList(repo, {tips: [], known: [commit]})), []);
    assert.deepEqual(await collect(streamRevList(repo, {tips: [commit], known: [commit]})), []);
    assert.equal(await countCommits(repo, {tips: [], known: [commit]}), 0);
  });

  it('tolerates known commits whose ancestors are gone', async () => {
    using rig = new GitRig();
    const gone = rig.commit({message: 'gone'});
    const held = rig.commit({message: 'held', parents: [gone]});
    const tip = rig.commit({message: 'tip'});
    rmSync(rig.looseObject(gone));
    const repo = await openRepository(rig.gitDir);
    const known = await filterCommits(repo, [gone, '3'.repeat(40), held, rig.blob('no commit')]);
    assert.deepEqual(known, [held]);
    assert.deepEqual(await collect(streamRevList(repo, {tips: [tip], known})), [{oid: tip, parents: []}]);
    assert.equal(await countCommits(repo, {tips: [tip], known}), 1);
  });

  it('fails on a tip or an ancestor that is missing', async () => {
    using rig = new GitRig();
    const gone = rig.commit({message: 'gone'});
    const tip = rig.commit({message: 'tip', parents: [gone]});
    rmSync(rig.looseObject(gone));
    const repo = await openRepository(rig.gitDir);
    for (const tips of [[gone], [tip]]) {
      await assert.rejects(collect(streamRevList(repo, {tips})), {
        code: 'REPOSITORY',
        message: new RegExp(gone),
      });
      await assert.rejects(countCommits(repo, {tips}), {code: 'REPOSITORY'});
    }
  });

  it('stops where a shallow history stops', async () => {
    using rig = new GitRig();
    const root = rig.commit();
    const second = rig.commit({parents: [root], message: '2'});
    const third = rig.commit({parents: [second], message: '3'});
    rig.setRef('refs/heads/main', third);
    const repo = await openRepository(rig.clone('shallow.git', '--bare', '--depth=2'));
    assert.deepEqual(await collect(streamRevList(repo, {tips: [third]})), [
      {oid: second, parents: []},
      {oid: third, parents: [second]},
    ]);
  });

  it('gives git’s own order on a repository of several thousand commits, in chunks', async () => {
    using rig = new GitRig();
    const lines = Array.from({length: 5000}, (_, index) => {
      const from = index < 2 ? '' : `from :${index - (index % 3 === 0 ? 1 : 0)}\n`;
      return `commit refs/heads/main\nmark :${index + 1}\ncommitter C <c@e.org> ${index} +0000\ndata 0\n${from}\n`;
    });
    rig.fastImport(lines.join(''));
    const tip = rig.git('rev-parse', 'refs/heads/main');
    const entries = await collect(streamRevList(await openRepository(rig.gitDir), {tips: [tip]}));
    const expected = rig.git('rev-list', '--topo-order', '--reverse', '--parents', tip).split('\n');
    assert.deepEqual(
      entries.map(({oid, parents}) => [oid, ...parents].join(' ')),
      expected,
    );
  });

  it('leaves no git behind when the consumer stops early', async () => {
    using rig = new GitRig();
    const repo = await openRepository(rig.gitDir);
    for await (const chunk of streamRevList(repo, {tips: [rig.commit()]})) {
      assert.equal(chunk.length, 1);
      break;
    }
  });
});
