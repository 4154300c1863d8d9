import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {ForgetReceipt} from '../../src/app/forget/forget-receipt.ts';
import {CtrRig} from '../support/ctr-rig.ts';
import {describeWith, opensearchUrl, s3} from '../support/servers/require.ts';
import {findTraces} from '../support/traces.ts';

const SECRET = 'xyzzyplugh-of-the-receipt';

/** A repository with a secret in a text and in a binary. */
async function leak(): Promise<CtrRig> {
  const rig = new CtrRig('embedded');
  await rig.installWithoutHook();
  rig.commit('one', {'a.txt': 'alpha\n'});
  rig.commit('two', {'leak.txt': `${SECRET}\n`, 'leak.bin': Buffer.from(`\0${SECRET}`)});
  rig.push('HEAD');
  await rig.sync();
  return rig;
}

function rewriteHistory(rig: CtrRig): void {
  rig.git('reset', '--quiet', '--hard', 'HEAD~');
  rig.commit('two again', {'b.txt': 'beta\n'});
  rig.push('HEAD');
}

async function forget(rig: CtrRig, target: string, code: number): Promise<ForgetReceipt> {
  const run = await rig.tryCtr('forget', target, '--json');
  assert.equal(run.code, code, run.stderr + run.stdout);
  return JSON.parse(run.stdout.toString()) as ForgetReceipt;
}

test('a misspelt path is no success, and is called what it is', async () => {
  await using rig = await leak();
  rewriteHistory(rig);
  const receipt = await forget(rig, 'laek.txt', 1);
  assert.equal(receipt.wasFound, false);
  const {code, stdout} = await rig.tryCtr('forget', 'laek.txt');
  assert.equal(code, 1);
  assert.match(stdout.toString(), /no version of this path was ever indexed.*is laek\.txt spelt right\?/);
  assert.doesNotMatch(stdout.toString(), /no document and no object holds it/);
  assert.equal((await forget(rig, '0123456789'.repeat(4), 1)).wasFound, false);
});

test('what a sync has removed before is known from what Git still has', async () => {
  await using rig = await leak();
  rewriteHistory(rig);
  await rig.sync();
  const receipt = await forget(rig, 'leak.txt', 0);
  assert.deepEqual([receipt.removed.entries, receipt.unreachableInGit], [0, 1]);
  assert.deepEqual(await findTraces(rig, [SECRET, 'leak.txt']), []);
  rig.git('--git-dir', rig.gitDir, 'gc', '--quiet', '--prune=now');
  await forget(rig, 'leak.txt', 1);
});

test('the same content at another path is named', async () => {
  await using rig = await leak();
  rig.git('reset', '--quiet', '--hard', 'HEAD~');
  rig.commit('two again', {'copy.txt': `${SECRET}\n`});
  rig.push('HEAD');
  const {sameContent, paths} = await forget(rig, 'leak.txt', 0);
  assert.deepEqual(paths, ['leak.txt']);
  assert.deepEqual(sameContent, [{repository: 'repo', path: 'copy.txt'}]);
});

test('logs and lists of failures do not name it any more; events that wait are named', async () => {
  await using rig = await leak();
  rig.configure({'ctr.onSync': '/bin/false', 'ctr.worker.lingerSeconds': '0'});
  rewriteHistory(rig);
  const directory = join(rig.gitDir, 'ctr');
  const lines = [`{"reason":"cannot read leak.txt"}`, `{"path":"docs/leak.txt"}`, '{"ok":true}'];
  writeFileSync(join(directory, 'log', 'worker.log'), `${lines.join('\n')}\n`);
  writeFileSync(
    join(directory, 'failures.json'),
    JSON.stringify([{kind: 'object', name: 'leak.txt', oid: '1', reason: 'gone', since: '', attempts: 1}]),
  );
  const {local, mayRemain} = await forget(rig, 'leak.txt', 0);
  assert.deepEqual(local.cleaned, ['log/worker.log']);
  assert.equal(local.naming.length, 1);
  assert.match(local.naming[0]!, /^events\//);
  assert.match(mayRemain.join(), /events that wait for their handlers: events\//);
  await rig.assertEventsFailed();
});

describeWith(['opensearch', 's3'], 'forget, after the repository has moved', () => {
  /** Moves to servers as the docs say, with what was indexed before left where it is. */
  const moveToServers = async (rig: CtrRig) => {
    const {url, accessKey, secretKey} = s3();
    Object.assign(rig.env, {CTR_OBJECTS_ACCESS_KEY: accessKey, CTR_OBJECTS_SECRET_KEY: secretKey});
    rig.configure({'core.hooksPath': undefined});
    const name = `e2e-forget-${process.pid}-${Date.now()}`;
    const index = ['--index-url', opensearchUrl(), '--index-name', name];
    await rig.ctr('install', ...index, '--objects-url', url, '--objects-bucket', 'ctr-e2e');
    rig.configure({'core.hooksPath': '/dev/null'});
  };

  test('no store has it: neither the one in use, nor the one before', async () => {
    await using rig = await leak();
    await moveToServers(rig);
    rewriteHistory(rig);
    assert.ok((await findTraces(rig, [SECRET])).length >= 3, 'in the old index, its objects, and in S3');
    const receipt = await forget(rig, 'leak.txt', 0);
    assert.deepEqual(
      receipt.stores.map(({state, isInUse, removed}) => [state, isInUse, removed!.entries]),
      [
        ['looked', true, 1],
        ['looked', false, 1],
      ],
    );
    await forget(rig, 'leak.bin', 0);
    assert.deepEqual(await findTraces(rig, [SECRET, 'leak.txt', 'leak.bin']), []);
    await rig.assertEqualsGit();
    rig.env['CTR_INDEX_URL'] = 'embedded';
    rig.env['CTR_OBJECTS_URL'] = 'embedded';
    for (const ref of ['main', 'HEAD'])
      assert.notEqual((await rig.tryCtr('cat', 'leak.txt', '--ref', ref)).code, 0);
    delete rig.env['CTR_INDEX_URL'];
    delete rig.env['CTR_OBJECTS_URL'];
    await rig.ctr('uninstall', '--purge');
  });

  test('a store that cannot be reached is not certified', async () => {
    await using rig = await leak();
    rewriteHistory(rig);
    const gone = `index=http://127.0.0.1:9 name=gone objects=http://127.0.0.1:9 bucket=gone region=us-east-1 id=${rig.setting('ctr.id')} filling=true`;
    const inUse = rig.setting('ctr.store')!;
    rig.git('--git-dir', rig.gitDir, 'config', '--replace-all', 'ctr.store', gone);
    rig.git('--git-dir', rig.gitDir, 'config', '--add', 'ctr.store', inUse);
    const {code, stdout, stderr} = await rig.tryCtr('forget', 'leak.txt');
    assert.equal(code, 4, stderr);
    assert.match(stdout.toString(), /the index gone at http:\/\/127\.0\.0\.1:9: NOT LOOKED AT: cannot reach/);
    assert.match(stdout.toString(), /1 files, .* removed/);
    rig.configure({'ctr.store': undefined});
  });
});
