import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {listKillPoints, stopAtPoint} from '../support/kill.ts';
import {syncWithoutLock} from '../support/race-syncs.ts';
import {openVault} from '../support/vault.ts';

const REPAIR = ['verify', '--repair'];
const POINTS = 8;
const EXTRA = Buffer.from([0, 7, 7, 7]);

/** A repair is stopped before its side effects while a sync takes over that needs what the repair found too much. */
describeBackends('a repair that was stopped while a sync took over', (backend) => {
  void describe('goes on', {concurrency: 2}, async () => {
    const names = await countPoints(backend);
    const every = Math.ceil(names.length / POINTS);
    for (const [i, name] of names.entries()) {
      const isRemoval = /object delete/.test(name);
      if (i % every === 0 || isRemoval)
        test(`from point ${i + 1} of ${names.length}: ${name.replaceAll(/e2e-[\w-]+?-(files|commits|refs)/g, '$1')}`, () =>
          tryPoint(backend, i + 1));
    }
  });
});

async function countPoints(backend: Backend): Promise<string[]> {
  await using rig = await start(backend);
  return await listKillPoints(REPAIR, {env: rig.env, cwd: rig.gitDir});
}

/** An object that nothing needs yet; and a commit that does, not pushed. */
async function start(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.commit('first', {'a.txt': 'a\n', 'a.bin': Buffer.from([0, 1])});
  rig.push('main');
  await rig.installWithoutHook();
  rig.commit('second', {'extra.bin': EXTRA});
  const oid = rig.git('rev-parse', 'HEAD:extra.bin');
  const vault = openVault(rig);
  const {key} = (await vault.listObjects())[0]!;
  await vault.putObject(key.replace(/[^/]+\/[^/]+$/, `${oid.slice(0, 2)}/${oid}`), EXTRA);
  return rig;
}

async function tryPoint(backend: Backend, n: number): Promise<void> {
  await using rig = await start(backend);
  const stopped = await stopAtPoint(REPAIR, n, {env: rig.env, cwd: rig.gitDir});
  assert.ok(stopped.isStopped, 'it ended before that point');
  try {
    rig.push('main');
    await syncWithoutLock(rig);
  } finally {
    stopped.goOn();
  }
  const {code, stderr} = await stopped.ended;
  assert.ok(code === 0 || code === 3, `ended with ${code}: ${stderr}`);
  const after = await rig.tryCtr('verify', '--all-commits', '--content');
  assert.equal(after.code, 0, after.stdout.toString());
}
