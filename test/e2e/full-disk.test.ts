import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {describeWith} from '../support/servers/require.ts';
import {mountSmallDisk, unmountDisk} from '../support/small-disk.ts';

const DISK_BYTES = 8 * 1024 * 1024;
/** What is left of the disk: none, less than a page, less than what SQLite needs to begin, and then more. */
const LEFT_KB = [0, 4, 16, 39, 64];

describeWith(['mount'], 'a full disk, embedded', () => {
  test('is a backend that cannot be reached for now, at every level, and costs nothing', async () => {
    await using rig = new CtrRig('embedded');
    rig.commit('first', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 1])});
    rig.push('main');
    await rig.installWithoutHook();
    const disk = join(rig.root, 'disk');
    mkdirSync(disk);
    assert.ok(mountSmallDisk(disk, DISK_BYTES));
    try {
      cpSync(join(rig.gitDir, 'ctr'), disk, {recursive: true, verbatimSymlinks: true});
      rmSync(join(rig.gitDir, 'ctr'), {recursive: true});
      spawnSync('ln', ['-s', disk, join(rig.gitDir, 'ctr')]);
      for (const [round, leftKb] of LEFT_KB.entries()) {
        rig.commit(`round ${round}`, {
          [`${round}.txt`]: `${round} `.repeat(30_000),
          [`${round}.bin`]: Buffer.alloc(20_000, round),
        });
        rig.push('main');
        writeFileSync(join(disk, 'queue', 'new', 'note'), '');
        fill(disk, leftKb);
        // Whom it is worth to wait does so, as long as it is told to; then the note stays for the next one.
        const worker = await rig.spawnCtr(['sync', '--worker', '--worker-linger-seconds', '0']);
        assert.equal(worker.code, 4, `${leftKb} KB left, worker: ${worker.stderr}`);
        for (const verb of [['sync'], ['status'], ['search', 'alpha'], ['verify'], ['reindex']]) {
          const {code, stderr} = await rig.tryCtr(...verb);
          assert.ok([0, 1, 4].includes(code), `${leftKb} KB left, ${verb[0]}: ${code} ${stderr}`);
          if (code === 4) assert.match(stderr, /BACKEND_UNAVAILABLE/, `${leftKb} KB left, ${verb[0]}`);
        }
        rmSync(join(disk, 'filler'));
        assert.equal(await rig.countNotes(), 1);
        await rig.ctr('sync', '--worker');
        await rig.ctr('verify');
      }
    } finally {
      unmountDisk(disk);
    }
  });
});

/** Of the disk so much is left. */
function fill(disk: string, leftKb: number): void {
  const {bavail, bsize} = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - leftKb * 1024)));
}
