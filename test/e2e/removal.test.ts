import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

const BINARY = Buffer.from([0, 1, 2, 3]);

describeBackends('what no ref needs any more is removed', (backend) => {
  for (const history of ['all', 'refs'] as const) {
    const start = async () => {
      const rig = new CtrRig(backend);
      await rig.installWithoutHook('--history', history);
      rig.commit('one', {'a.txt': 'alpha\n', 'shared.bin': BINARY, 'docs/b.md': '# beta\n'});
      rig.push('HEAD');
      return rig;
    };
    const assertExact = async (rig: CtrRig) => {
      assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, history));
      await rig.assertEqualsGit({commits: history === 'all' ? 5 : 0});
    };

    test(`a deleted branch, history = ${history}`, async () => {
      await using rig = await start();
      rig.git('checkout', '--quiet', '-b', 'topic');
      rig.commit('two', {'a.txt': 'gone\n', 'only.bin': Buffer.from([0, 9]), 'copy.bin': BINARY});
      rig.commit('three', {'a.txt': 'alpha\n'});
      rig.push('HEAD');
      await rig.sync();
      await assertExact(rig);
      rig.push(':topic');
      const report = await rig.sync();
      assert.deepEqual([report.commitsRemoved, report.objectsRemoved], [2, 1]);
      await assertExact(rig);
      const again = await rig.sync();
      assert.deepEqual([again.commitsRemoved, again.entriesRemoved, again.refsWritten], [0, 0, 0]);
    });

    test(`a force push, after git gc has thrown the old objects away, history = ${history}`, async () => {
      await using rig = await start();
      rig.commit('two', {'secret.txt': 'password\n', 'a.txt': 'second\n'});
      rig.push('HEAD');
      await rig.sync();
      rig.git('reset', '--quiet', '--hard', 'HEAD~');
      rig.commit('two again', {'a.txt': 'second\n'});
      rig.push('HEAD');
      rig.git('--git-dir', rig.gitDir, 'gc', '--quiet', '--prune=now');
      const report = await rig.sync();
      assert.equal(report.commitsRemoved, 1);
      await assertExact(rig);
    });

    test(`the same content pushed later comes back, history = ${history}`, async () => {
      await using rig = await start();
      rig.git('checkout', '--quiet', '-b', 'topic');
      rig.commit('two', {'a.txt': 'comes and goes\n', 'only.bin': Buffer.from([0, 9])});
      for (let round = 0; round < 3; round++) {
        rig.push('HEAD:topic');
        await rig.sync();
        await assertExact(rig);
        rig.push(':topic');
        await rig.sync();
        await assertExact(rig);
      }
    });

    test(`deleting every branch leaves nothing, history = ${history}`, async () => {
      await using rig = await start();
      rig.git('checkout', '--quiet', '-b', 'topic');
      rig.commit('two', {'a.txt': 'x\n'});
      rig.git('tag', '-a', '-m', 'tagged', 'v1');
      rig.push('HEAD', 'v1');
      await rig.sync();
      rig.push(':main', ':topic', ':v1');
      await rig.sync();
      assert.deepEqual(await countStored(rig), {entries: 0, commits: 0, objects: 0});
      rig.push('topic', 'main');
      await rig.sync();
      await assertExact(rig);
    });
  }

  test('an entry stays that another branch has had in its past', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'one\n', 'log.txt': '1\n'});
    rig.push('HEAD');
    rig.git('checkout', '--quiet', '-b', 'topic');
    rig.commit('topic', {'a.txt': 'both had this\n', 'log.txt': 'topic\n', 'b.txt': 'topic alone\n'});
    rig.push('HEAD');
    await rig.sync();
    rig.git('checkout', '--quiet', 'main');
    rig.commit('the same by itself', {'a.txt': 'both had this\n'});
    for (let i = 0; i < 5; i++) rig.commit(`later ${i}`, {'a.txt': `${i}\n`, 'log.txt': `${i}\n`});
    rig.push('HEAD', ':topic');
    const {entriesRemoved, commitsRemoved} = await rig.sync();
    assert.deepEqual([entriesRemoved, commitsRemoved], [2, 1], 'log.txt and b.txt of topic');
    assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
    await rig.assertEqualsGit({commits: 20});
  });
});
