import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {readLogicalState} from '../support/logical-state.ts';
import {pushSomething, seededRandom} from '../support/random-history.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? 20261122);

describeBackends('incremental equals from scratch', (backend) => {
  for (const history of ['all', 'refs'] as const) {
    test(`after a long random history of pushes, history = ${history}, seed ${SEED}`, async () => {
      await using rig = new CtrRig(backend);
      await rig.installWithoutHook('--history', history);
      const random = seededRandom(SEED);
      for (let step = 0; step < 60; step++) {
        pushSomething(rig, random, step);
        if (random() < 0.6) await rig.sync();
      }
      await rig.sync();
      if (history === 'all') await rig.assertEqualsGit({tips: 30, commits: 30});
      const incremental = await readLogicalState({env: rig.env, cwd: rig.gitDir});

      rig.git('--git-dir', rig.gitDir, 'config', '--unset', 'core.hooksPath');
      await rig.ctr('uninstall', '--purge');
      await rig.install('--history', history);
      assert.deepEqual(incremental, await readLogicalState({env: rig.env, cwd: rig.gitDir}));
    });
  }
});
