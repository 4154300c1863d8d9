import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {WebRig} from '../support/web-rig.ts';

describeBackends('a ref as of a date', (backend) => {
  test('is the first-parent commit that Git names', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('one', {'a.txt': 'one\n'});
    rig.git('switch', '--quiet', '--create', 'side');
    rig.commit('on the side', {'side.txt': 'side\n'});
    rig.git('switch', '--quiet', 'main');
    rig.commit('two', {'a.txt': 'two\n'});
    rig.merge('side');
    rig.commit('three', {'a.txt': 'three\n'});
    rig.push('main', 'side');
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const times = rig.git('log', '--format=%ct', '--all').trim().split('\n').map(Number);
    for (const seconds of [...times, Math.max(...times) + 1_000_000]) {
      const expected = rig.git('rev-list', '-1', '--first-parent', `--before=${seconds}`, 'main').trim();
      const date = new Date(seconds * 1000).toISOString();
      for (const ref of [`main@{${date}}`, `HEAD@{${date}}`, `refs/heads/main@{${date}}`, `@{${date}}`]) {
        const {commit} = await rig.json<{commit: string}>('ls', '--ref', ref);
        assert.equal(commit, expected, ref);
      }
      const asked = encodeURIComponent(`main@{${date}}`);
      assert.equal((await web.json(`/repo/refs/${asked}/tree`))['commit'], expected);
      const found = await web.json(
        `/repo/head/search?q=${encodeURIComponent(`ext:txt rev:"main@{${date}}"`)}`,
      );
      assert.equal(found['hits'][0]['commit'], expected);
    }
    const early = await runCtr(['ls', '--repo', rig.gitDir, '--ref', 'main@{1999-01-01}'], {env: rig.env});
    assert.equal(early.code, 2);
    assert.match(early.stderr, /there was no commit at 1999-01-01T23:59:59/);
    const wrong = await runCtr(['ls', '--repo', rig.gitDir, '--ref', 'main@{soon}'], {env: rig.env});
    assert.match(wrong.stderr, /not a date: soon/);
  });
});
