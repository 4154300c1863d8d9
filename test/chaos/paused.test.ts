import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {listKillPoints, stopAtPoint} from '../support/kill.ts';
import {syncWithoutLock} from '../support/race-syncs.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

const AT_ONCE = 3;
/** Of the servers' points this many are tried. */
const SERVER_POINTS = 8;

/**
 * A sync is stopped before each of its side effects, another one takes over (past the lock, as on a second machine),
 * and the first one goes on: whatever it still wants to write must not harm what the second has made.
 */
describeBackends('a sync that was stopped while another took over', (backend) => {
  void describe('goes on', {concurrency: AT_ONCE}, async () => {
    const names = await countPoints(backend);
    const every = backend === 'embedded' ? 1 : Math.ceil(names.length / SERVER_POINTS);
    for (const [i, name] of names.entries()) {
      if (i % every !== 0) continue;
      test(`from point ${i + 1} of ${names.length}: ${name.replace(/e2e-[\w-]+?-(files|commits|refs)/, '$1')}`, () =>
        tryPoint(backend, i + 1));
    }
  });
});

async function countPoints(backend: Backend): Promise<string[]> {
  await using rig = await start(backend);
  // Awaited: the repository goes when this function is left.
  return await listKillPoints(['sync'], {env: rig.env, cwd: rig.gitDir});
}

/** Synced once; then a branch is deleted, one force-pushed and one new: all of it still to be synced. */
async function start(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  await rig.installWithoutHook();
  rig.commit('one', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 1])});
  rig.push('HEAD');
  rig.git('checkout', '--quiet', '-b', 'topic');
  rig.commit('topic', {'topic.txt': 'topic\n', 'topic.bin': Buffer.from([0, 2])});
  rig.push('HEAD');
  await rig.sync();
  rig.git('checkout', '--quiet', 'main');
  rig.git('commit', '--quiet', '--amend', '--message', 'one, amended');
  rig.git('checkout', '--quiet', '-b', 'fresh');
  rig.commit('fresh', {'fresh.txt': 'fresh\n', 'fresh.bin': Buffer.from([0, 3])});
  rig.push('fresh', 'main', ':topic');
  return rig;
}

async function tryPoint(backend: Backend, n: number): Promise<void> {
  await using rig = await start(backend);
  const stopped = await stopAtPoint(['sync'], n, {env: rig.env, cwd: rig.gitDir});
  assert.ok(stopped.isStopped, 'it ended before that point');
  try {
    // What was just dropped comes back, and what was just made goes.
    rig.push('topic', ':fresh');
    await syncWithoutLock(rig);
    await rig.assertEqualsGit({files: 2, commits: 3});
  } finally {
    stopped.goOn();
  }
  const {code, stderr} = await stopped.ended;
  assert.ok(code === 0 || code === 3, `ended with ${code}: ${stderr}`);
  await rig.sync();
  await rig.assertEqualsGit({files: 5, commits: 10});
  await rig.ctr('prune');
  assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
}
