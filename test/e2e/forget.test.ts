import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint, listKillPoints} from '../support/kill.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

const SECRET = 'xyzzyplugh';

interface Receipt {
  readonly removed: {entries: number; commits: number; objects: number};
  readonly paths: string[];
  readonly mayRemain: string[];
}

describeBackends('forget', (backend) => {
  // Together: OpenSearch lets go of deleted documents every 30 s, for all of them at once.
  void describe('at once', {concurrency: true}, () => testForget(backend));
});

function testForget(backend: Backend): void {
  const start = async () => {
    const rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {
      'a.txt': 'alpha\n',
      'keys/prod.txt': `${SECRET}\n`,
      'keys/id.bin': Buffer.from([0, 7]),
    });
    rig.commit('two', {'a.txt': 'beta\n'});
    rig.push('HEAD', 'HEAD:other');
    await rig.sync();
    return rig;
  };
  const rewrite = (rig: CtrRig) => {
    rig.git('checkout', '--quiet', '--orphan', 'clean');
    rig.git('rm', '--quiet', '-r', '--force', 'keys');
    rig.commit('clean', {'a.txt': 'beta\n'});
  };

  test('what a ref reaches stays, and is named', async () => {
    await using rig = await start();
    rewrite(rig);
    rig.push('HEAD:main');
    const {code, stdout} = await rig.tryCtr('forget', 'keys/prod.txt', '--json');
    assert.equal(code, 1);
    const {reachedBy} = JSON.parse(stdout.toString()) as {reachedBy: {refs: string[]; commits: string[]}};
    assert.deepEqual(reachedBy, {refs: ['refs/heads/other'], commits: [rig.git('rev-parse', 'main~')]});
    const oid = rig.git('rev-parse', 'main:keys/prod.txt');
    assert.equal((await rig.tryCtr('forget', oid)).code, 1);
    const {code: short, stderr} = await rig.tryCtr('forget', oid.slice(0, 12));
    assert.equal(short, 2, 'a part of an oid is no path');
    assert.match(stderr, /looks like a part of an oid/);
    await rig.assertEqualsGit();
  });

  test('Git says what is reached, also where only the files of refs are indexed, and for refs that are not', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook('--history', 'refs', '--refs', 'refs/heads/main');
    rig.commit('one', {'a.txt': `${SECRET}\n`});
    const oid = rig.git('rev-parse', 'HEAD:a.txt');
    rig.git('tag', 'v1');
    rig.commit('two', {'a.txt': 'clean\n'});
    rig.push('HEAD', 'v1');
    for (const target of [oid, 'a.txt']) {
      const {code, stdout} = await rig.tryCtr('forget', target, '--json');
      assert.equal(code, 1);
      const {reachedBy} = JSON.parse(stdout.toString()) as {reachedBy: {refs: string[]}};
      assert.deepEqual(reachedBy.refs, ['refs/heads/main', 'refs/tags/v1']);
    }
  });

  for (const by of ['path', 'directory', 'oid'] as const) {
    test(`by ${by}: no trace is left, and a receipt says so`, async () => {
      await using rig = await start();
      const oid = rig.git('rev-parse', 'HEAD:keys/prod.txt');
      rewrite(rig);
      rig.push('HEAD:main', ':other');
      const target = {path: 'keys/prod.txt', directory: 'keys/', oid}[by];
      const receipt = JSON.parse((await rig.ctr('forget', target, '--json')).stdout.toString()) as Receipt;
      assert.ok(receipt.mayRemain.length > 2);
      assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
      await assertExpunged(rig);
      await rig.assertEqualsGit();
      assert.equal((await rig.ctr('forget', target)).code, 0, 'may be repeated');
    });
  }

  test('what a dead run has left goes, too', async () => {
    const leak = async () => {
      const rig = await start();
      rig.git('checkout', '--quiet', '-b', 'leak');
      rig.commit('leak', {'leak.bin': Buffer.from([0, 1, 2]), 'leak.txt': `${SECRET}\n`});
      rig.push('HEAD');
      return {
        rig,
        world: {env: rig.env, cwd: rig.gitDir},
        [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
      };
    };
    await using twin = await leak();
    const points = await listKillPoints(['sync'], twin.world);
    const refWrite =
      points.findLastIndex((name) => /sqlite transaction|-refs-\d+-write\/_bulk/.test(name)) + 1;
    await using leaked = await leak();
    const {rig, world} = leaked;
    const before = await countStored(rig);
    assert.ok(await killAtPoint(['sync'], refWrite, world));
    assert.equal((await countStored(rig)).commits, before.commits + 1, 'stored, and shown by no ref');
    rig.push(':leak');
    const receipt = JSON.parse((await rig.ctr('forget', 'leak.bin', '--json')).stdout.toString()) as Receipt;
    assert.deepEqual(receipt.paths, ['leak.bin']);
    assert.deepEqual(receipt.removed, {entries: 1, commits: 1, objects: 1});
    await rig.ctr('prune');
    assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
  });
}

/** Asked of the engine itself: no deleted document is left in it, and the word is not in its files. */
async function assertExpunged(rig: CtrRig): Promise<void> {
  const url = rig.setting('ctr.index.url');
  if (url === undefined) {
    const bytes = readFileSync(join(rig.gitDir, 'ctr', 'index.db'));
    assert.equal(bytes.includes(SECRET), false);
    assert.equal(bytes.includes('prod.txt'), false);
    return;
  }
  const response = await fetch(
    `${url}/${rig.setting('ctr.index.name')}-files,${rig.setting('ctr.index.name')}-commits/_stats/docs`,
  );
  const {_all} = (await response.json()) as {_all: {primaries: {docs: {deleted: number}}}};
  assert.equal(_all.primaries.docs.deleted, 0);
}
