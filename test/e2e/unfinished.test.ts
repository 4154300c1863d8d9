import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ForgetReceipt} from '../../src/app/forget/forget-receipt.ts';
import {openObjects} from '../../src/store/open-stores.ts';
import type {PruneReport} from '../../src/sync/removal/prune.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint, listKillPoints} from '../support/kill.ts';
import {findTraces} from '../support/traces.ts';

const SECRET = 'the-secret-of-the-unfinished-write';
/** More than S3 takes in one request. */
const LARGE = Buffer.concat([Buffer.from([0]), Buffer.alloc(9 * 1024 * 1024, SECRET)]);

describeBackends('a write of an object that was killed', (backend) => {
  test('is listed by a dry run and removed by prune', async () => {
    await using rig = await leaveUnfinished(backend);
    const would = await rig.json<PruneReport>('prune', '--dry-run');
    assert.equal(would.unfinished.count, 1);
    assert.ok(would.unfinished.sizeBytes > 1_000_000, `${would.unfinished.sizeBytes} bytes`);
    assert.equal(await countUnfinished(rig), 1, 'a dry run changes nothing');
    const {stdout} = await rig.ctr('prune', '--dry-run');
    assert.match(stdout.toString(), /1 unfinished writes of objects \(.* MB\) would be deleted/);
    assert.deepEqual((await rig.json<PruneReport>('prune')).unfinished, would.unfinished);
    assert.equal(await countUnfinished(rig), 0);
    assert.deepEqual((await rig.json<PruneReport>('prune')).unfinished, {
      count: 0,
      sizeBytes: 0,
      notListed: null,
    });
    await rig.sync();
    await rig.assertEqualsGit();
  });

  test('is removed by forget, which says so', async () => {
    await using rig = await leaveUnfinished(backend);
    rig.push(':leak');
    const {stdout} = await rig.tryCtr('forget', 'leak.bin', '--json');
    assert.equal((JSON.parse(stdout.toString()) as ForgetReceipt).unfinished.count, 1);
    assert.equal(await countUnfinished(rig), 0);
    assert.deepEqual(await findTraces(rig, [SECRET]), []);
  });

  test('is removed by uninstall --purge', async () => {
    await using rig = await leaveUnfinished(backend);
    const place = placeOf(rig);
    await rig.ctr('uninstall', '--purge');
    assert.equal(await countAt(place), 0);
  });
});

/** A repository whose sync was killed while it stored the object of branch `leak`. */
async function leaveUnfinished(backend: Backend): Promise<CtrRig> {
  const start = async () => {
    const rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'alpha\n'});
    rig.push('HEAD');
    await rig.sync();
    rig.git('checkout', '--quiet', '-b', 'leak');
    rig.commit('leak', {'leak.bin': LARGE});
    rig.push('HEAD');
    return rig;
  };
  await using twin = await start();
  const points = await listKillPoints(['sync'], {env: twin.env, cwd: twin.gitDir});
  // The last step of the write: all its bytes are there, and it is no object yet.
  const last = points.findIndex(
    (name, at) => name === 'object rename' || (name === 'POST object' && points[at - 1] === 'PUT object'),
  );
  assert.ok(last >= 0, points.join('\n'));
  const rig = await start();
  assert.ok(await killAtPoint(['sync'], last + 1, {env: rig.env, cwd: rig.gitDir}));
  assert.equal(await countUnfinished(rig), 1);
  return rig;
}

interface ObjectsPlace {
  readonly location: Parameters<typeof openObjects>[0];
  readonly prefix: string;
}

function placeOf(rig: CtrRig): ObjectsPlace {
  return {
    location: {
      url: rig.setting('ctr.objects.url') ?? 'embedded',
      bucket: rig.setting('ctr.objects.bucket') ?? 'ctr',
      region: 'us-east-1',
      accessKey: rig.setting('ctr.objects.accessKey'),
      secretKey: rig.setting('ctr.objects.secretKey'),
      timeoutMs: 60_000,
      directory: `${rig.gitDir}/ctr`,
    },
    prefix: `${rig.setting('ctr.index.name')}/`,
  };
}

function countUnfinished(rig: CtrRig): Promise<number> {
  return countAt(placeOf(rig));
}

async function countAt({location, prefix}: ObjectsPlace): Promise<number> {
  await using objects = await openObjects(location);
  const found = await Array.fromAsync(objects.listUnfinished(prefix)).catch(() => []);
  return found.flat().length;
}
