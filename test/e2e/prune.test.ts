import assert from 'node:assert/strict';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {PruneReport} from '../../src/sync/removal/prune.ts';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint} from '../support/kill.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

describeBackends('prune', (backend) => {
  const start = async () => {
    const rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 7])});
    rig.commit('two', {'a.txt': 'beta\n'});
    rig.push('HEAD');
    await rig.sync();
    return rig;
  };
  const prune = async (rig: CtrRig, ...args: string[]) => rig.json<PruneReport>('prune', ...args);

  test('finds nothing where nothing is left over', async () => {
    await using rig = await start();
    const {commits, entries, objects, snapshots, tombstones} = await prune(rig);
    for (const kind of [commits, entries, objects, snapshots, tombstones])
      assert.deepEqual(kind, {count: 0, sizeBytes: 0});
    await rig.assertEqualsGit();
  });

  test('a dry run lists what killed runs have left, and the run deletes exactly that', async () => {
    await using rig = await start();
    rig.git('checkout', '--quiet', '-b', 'topic');
    rig.commit('topic', {'b.txt': 'x'.repeat(1000), 'b.bin': Buffer.alloc(5000)});
    rig.push('HEAD~:refs/heads/old');
    await rig.sync();
    rig.push('HEAD');
    const world = {env: rig.env, cwd: rig.gitDir};
    // Each one dies a step later; the bytes are there before anything else is.
    for (let point = 1; (await countStored(rig)).objects < 2; point++)
      assert.ok(await killAtPoint(['sync'], point, world));
    rig.push(':topic', ':old');
    await rig.sync();

    const before = await countStored(rig);
    const would = await prune(rig, '--dry-run', '--tombstone-days', '0');
    assert.deepEqual(await countStored(rig), before, 'a dry run changes nothing');
    assert.equal(would.tombstones.count, 1);
    assert.ok(would.objects.count >= 1);
    assert.ok(would.objects.sizeBytes >= 3);
    const did = await prune(rig, '--tombstone-days', '0');
    assert.deepEqual({...did, isDryRun: true}, would);
    assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
    await rig.assertEqualsGit();
    const {refs} = await rig.json<{refs: unknown[]}>('refs');
    assert.equal(refs.length, 1);
    assert.equal((await prune(rig, '--tombstone-days', '0')).objects.count, 0);
  });

  if (backend === 'embedded')
    test('no file below ctr has bytes of a deleted branch', async () => {
      await using rig = await start();
      rig.git('checkout', '--quiet', '-b', 'leak');
      const text = Array.from({length: 3000}, (_, i) => `line ${i}: xyzzyplugh${i % 7}`).join('\n');
      rig.commit('plughsubject', {
        'xyzzypath.txt': text,
        'a.txt': 'alpha\n',
        'leak.bin': Buffer.from('\0xyzzybinary'),
      });
      rig.push('HEAD');
      await rig.sync();
      assert.match(bytesBelow(join(rig.gitDir, 'ctr')), /xyzzyp/);
      rig.push(':leak');
      await rig.sync();
      await prune(rig, '--tombstone-days', '0');
      assert.doesNotMatch(bytesBelow(join(rig.gitDir, 'ctr')), /xyzzy|plugh/i);
      await rig.assertEqualsGit();
    });

  test('after ctr.history has become refs, only what refs show is kept', async () => {
    await using rig = await start();
    rig.configure({'ctr.history': 'refs'});
    const {entries, snapshots} = await prune(rig);
    assert.deepEqual([entries.count, snapshots.count], [1, 2]);
    assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'refs'));
    await rig.assertEqualsGit({commits: 0});
    rig.commit('three', {'a.txt': 'gamma\n'});
    rig.push('HEAD');
    await rig.sync();
    assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'refs'));
  });
});

/** Everything in all files of a folder, a character per byte. */
function bytesBelow(directory: string): string {
  const files = readdirSync(directory, {recursive: true, encoding: 'utf8'}).map((name) =>
    join(directory, name),
  );
  return files
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
}
