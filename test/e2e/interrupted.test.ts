import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint} from '../support/kill.ts';
import {longHistory} from '../support/long-history.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const COMMITS = 3000;

describeBackends('an import that is killed', (backend) => {
  test('goes on where it was, and ends as if nothing had happened', async () => {
    await using rig = new CtrRig(backend);
    rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], longHistory(COMMITS));
    await rig.installWithoutHook('--no-import');
    let kills = 0;
    // Killed at the first word of progress, three times, each time somewhere else.
    while (kills < 3 && (await killAtProgress(rig, kills + 1))) kills++;
    assert.ok(kills > 0, 'the import was over before it could be killed');
    await assertHealed(rig);
  });

  if (backend !== 'embedded') return;
  test('does so when it dies while its thread stores a large batch: what is there can be read', async () => {
    await using rig = new CtrRig(backend);
    rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], longHistory(COMMITS));
    await rig.installWithoutHook('--no-import');
    let stored = 0;
    // Twice before a batch is announced, while the thread has the one before in its hands, or is just done with it.
    for (const point of [9, 9]) {
      assert.ok(await killAtPoint(['sync'], point, {env: rig.env, cwd: rig.gitDir}), 'it was over before');
      const {entries, refs} = await rig.countDocuments();
      assert.ok(entries >= stored && entries < 2 * COMMITS, `${entries} entries, ${stored} before`);
      assert.equal(refs, 0);
      stored = entries;
    }
    await assertHealed(rig);
  });
});

async function assertHealed(rig: CtrRig): Promise<void> {
  await rig.sync();
  await rig.assertEqualsGit({commits: 30, tips: 5});
  const {entriesWritten, commitsWritten, refsWritten} = await rig.sync();
  assert.deepEqual([entriesWritten, commitsWritten, refsWritten], [0, 0, 0]);
}

/** Whether the sync was killed when it told its progress for the `nth` time, before it ended by itself. */
async function killAtProgress(rig: CtrRig, nth: number): Promise<boolean> {
  const child = spawn(process.execPath, [CTR, 'sync', '--json'], {
    env: rig.env,
    cwd: rig.gitDir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let seen = 0;
  for await (const line of createInterface({input: child.stdout})) {
    if (line.includes('"progress"') && ++seen === nth) child.kill('SIGKILL');
  }
  const [, signal] = await closed;
  return signal === 'SIGKILL';
}
