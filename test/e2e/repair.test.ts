import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {serializeBitmap} from '../../src/domain/bitmap.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {bitmap, inSnapshot} from '../support/damages.ts';
import {ScriptReceiver} from '../support/event-receivers.ts';
import {killAtPoint, listKillPoints} from '../support/kill.ts';
import {describeWith} from '../support/servers/require.ts';
import {listGenerations, openRigIndex, readNumbers} from '../support/stored-numbers.ts';
import {openVault, type Vault} from '../support/vault.ts';

const REPAIR = ['verify', '--repair', '--all-commits', '--content'];
const FILES = 20;
/** What no commit here shows. */
const OTHER = serializeBitmap([1, 100_000, 100_001]);

interface Answer {
  readonly total: number;
}

/** Six commits on main and one on a topic, with texts and objects; indexed. */
async function openRig(backend: Backend, settings: Readonly<Record<string, string>> = {}): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.configure(settings);
  const files = Array.from({length: FILES}, (_, i) => [`f${i}.txt`, `common ${i}\n`]);
  rig.commit('first', {...Object.fromEntries(files), 'a.bin': Buffer.from([0, 1])});
  for (let i = 0; i < 5; i++) rig.commit(`commit ${i}`, {'changed.txt': `${i}\n`});
  rig.git('checkout', '--quiet', '-b', 'topic', 'main~2');
  rig.commit('topic', {'topic.txt': 'topic\n'});
  rig.push('main', 'topic');
  await rig.installWithoutHook();
  return rig;
}

type Damage = 'lost' | 'history' | 'snapshot';

/** The document of a commit is wrong, and everything else tells how it must be. */
async function damageCommit(rig: CtrRig, revision: string, damage: Damage): Promise<void> {
  const vault = openVault(rig);
  const {key, fields} = await commitDocument(vault, rig.git('rev-parse', revision));
  if (damage === 'lost') return vault.remove('commits', key);
  const changes = damage === 'history' ? bitmap('history', OTHER) : inSnapshot('added', OTHER);
  await vault.change('commits', key, changes[vault.engine]!(fields));
}

/** The number of the commit at the topic's tip is nowhere any more. Returns its oid. */
async function loseNumber(rig: CtrRig): Promise<string> {
  const vault = openVault(rig);
  await damageCommit(rig, 'topic', 'lost');
  const ref = (await vault.list('refs')).find(({fields}) => fields['name'] === 'refs/heads/topic')!;
  await vault.change('refs', ref.key, bitmap('history', OTHER)[vault.engine]!(ref.fields));
  return rig.git('rev-parse', 'topic');
}

/** The numbers of everything but of this commit. */
async function readOtherNumbers(rig: CtrRig, oid: string): Promise<Record<string, number>> {
  const {[oid]: _, ...others} = await readNumbers(rig);
  return others;
}

async function commitDocument(vault: Vault, oid: string) {
  return (await vault.list('commits')).find(({fields}) => fields['oid'] === oid)!;
}

async function assertWhole(rig: CtrRig): Promise<void> {
  await rig.ctr('verify', '--all-commits', '--content');
  await rig.assertEqualsGit();
}

describeBackends('repair by a new index', (backend) => {
  test('where nothing tells the number of a commit: all other numbers stay', async () => {
    await using rig = await openRig(backend);
    const generations = await listGenerations(rig);
    const numbers = await readOtherNumbers(rig, await loseNumber(rig));
    await rig.ctr(...REPAIR);
    assert.notDeepEqual(await listGenerations(rig), generations, 'another generation has taken over');
    assert.equal((await listGenerations(rig)).length, generations.length, 'and the old one is gone');
    assert.deepEqual(await readOtherNumbers(rig, rig.git('rev-parse', 'topic')), numbers);
    await assertWhole(rig);
  });

  test('killed at any point, it leaves the old index or the new one, and the next repair ends it', async () => {
    await using rig = await openRig(backend);
    const world = {env: rig.env, cwd: rig.gitDir};
    const oid = await loseNumber(rig);
    const points = await listKillPoints(REPAIR, world);
    const swap = points.findIndex((name) => /swap generation|_aliases/.test(name)) + 1;
    assert.ok(swap > 5 && points.length >= swap, points.join('\n'));
    const numbers = await readOtherNumbers(rig, oid);
    for (const n of new Set([1, swap >> 2, swap >> 1, swap - 1, swap, swap + 1])) {
      await loseNumber(rig);
      assert.ok(await killAtPoint(REPAIR, n, world), `point ${n}: ${points[n - 1]}`);
      assert.equal((await rig.json<Answer>('search', 'common', '--ref', 'main')).total, FILES);
      assert.equal((await rig.tryCtr('verify')).code, n <= swap ? 1 : 0, `point ${n}: ${points[n - 1]}`);
      await rig.ctr(...REPAIR);
      assert.deepEqual(await readOtherNumbers(rig, oid), numbers);
      await assertWhole(rig);
    }
  });

  test('readers see no gap', async () => {
    await using rig = await openRig(backend);
    await loseNumber(rig);
    let isOver = false;
    const read = async () => {
      let answers = 0;
      for (; !isOver; answers++)
        assert.equal((await rig.json<Answer>('search', 'common', '--ref', 'main')).total, FILES);
      return answers;
    };
    const repair = async () => {
      try {
        await rig.spawnCtr(REPAIR);
      } finally {
        isOver = true;
      }
    };
    const [answers] = await Promise.all([read(), repair()]);
    assert.ok(answers > 1, `${answers} answers`);
    await assertWhole(rig);
  });

  test('files that Git has lost are carried over', async () => {
    await using rig = await openRig(backend);
    for (const path of ['f3.txt', 'a.bin']) {
      const oid = rig.git('rev-parse', `main:${path}`);
      rmSync(join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
    }
    await loseNumber(rig);
    const generations = await listGenerations(rig);
    await rig.ctr(...REPAIR);
    assert.notDeepEqual(await listGenerations(rig), generations);
    assert.equal((await rig.json<Answer>('search', 'common', '--ref', 'main')).total, FILES);
    assert.equal((await rig.ctr('cat', 'f3.txt', '--ref', 'main')).stdout.toString(), 'common 3\n');
    assert.deepEqual((await rig.ctr('cat', 'a.bin', '--ref', 'main')).stdout, Buffer.from([0, 1]));
    assert.deepEqual((await rig.json<{failures: unknown[]}>('status')).failures, []);
  });

  test('a push that waited for it is told once', async () => {
    await using rig = await openRig(backend);
    const script = new ScriptReceiver(rig);
    rig.configure({'ctr.onSync': script.command});
    rig.git('checkout', '--quiet', 'main');
    await loseNumber(rig);
    const pushed = rig.commit('pushed', {'pushed.txt': 'pushed\n'});
    rig.push('main');
    await rig.ctr(...REPAIR);
    await rig.assertEventsDelivered();
    assert.deepEqual(
      script.events().map(({ref, new: now}) => [ref, now]),
      [['refs/heads/main', pushed]],
    );
    await assertWhole(rig);
  });
});

describeBackends('repair in place', (backend) => {
  for (const damage of ['lost', 'history', 'snapshot'] as const)
    test(`of commits whose ${damage === 'lost' ? 'document' : damage} is wrong: all numbers stay`, async () => {
      await using rig = await openRig(backend);
      const numbers = await readNumbers(rig);
      const generations = await listGenerations(rig);
      await damageCommit(rig, 'main~3', damage);
      await damageCommit(rig, 'main', 'snapshot');
      await rig.ctr(...REPAIR);
      assert.deepEqual(await listGenerations(rig), generations);
      assert.deepEqual(await readNumbers(rig), numbers);
      await assertWhole(rig);
    });

  test('of all files, refs and objects', async () => {
    await using rig = await openRig(backend);
    const generations = await listGenerations(rig);
    const vault = openVault(rig);
    for (const {key} of await vault.list('files')) await vault.remove('files', key);
    for (const {key, fields} of await vault.list('refs'))
      await vault.change('refs', key, bitmap('snapshot', OTHER)[vault.engine]!(fields));
    for (const {key} of await vault.listObjects()) await vault.removeObject(key);
    await rig.ctr(...REPAIR);
    assert.deepEqual(await listGenerations(rig), generations);
    await assertWhole(rig);
  });

  test('where the index may be shared and nothing tells the number of a commit', async () => {
    await using rig = await openRig(backend, {'ctr.index.shared': 'true'});
    const generations = await listGenerations(rig);
    const numbers = await readOtherNumbers(rig, await loseNumber(rig));
    await rig.ctr(...REPAIR);
    assert.deepEqual(await listGenerations(rig), generations);
    assert.deepEqual(await readOtherNumbers(rig, rig.git('rev-parse', 'topic')), numbers);
    await assertWhole(rig);
  });

  test('next to a branch that Git has lost, which stays as it is', async () => {
    await using rig = await openRig(backend);
    const numbers = await readNumbers(rig);
    const oid = rig.git('rev-parse', 'topic');
    rmSync(join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
    await damageCommit(rig, 'main~3', 'lost');
    await damageCommit(rig, 'main~1', 'history');
    const {code, stdout} = await rig.tryCtr(...REPAIR);
    assert.equal(code, 1);
    assert.match(stdout.toString(), /^ref-unreadable: ref refs\/heads\/topic; .*\n1 findings/m);
    assert.deepEqual(await readNumbers(rig), numbers);
    assert.equal((await rig.ctr('cat', 'topic.txt', '--ref', 'topic')).stdout.toString(), 'topic\n');
  });
});

describeWith(['opensearch', 's3'], 'repair in an index that two repositories share', () => {
  test('touches nothing of the other one', async () => {
    const shared = {'ctr.index.shared': 'true'};
    await using rig = await openRig('servers', {...shared, 'ctr.name': 'ours'});
    await using other = new CtrRig('servers');
    other.env['CTR_INDEX_NAME'] = rig.env['CTR_INDEX_NAME']!;
    other.configure({...shared, 'ctr.name': 'theirs'});
    for (let i = 0; i < 3; i++) other.commit(`theirs ${i}`, {'theirs.txt': `${i}\n`, 'f1.txt': 'common 1\n'});
    other.push('main');
    await other.installWithoutHook();
    const vault = openVault(rig);
    const theirs = async () => {
      await using store = await openRigIndex(other);
      const repo = other.setting('ctr.id')!;
      const refs = await store.listRefs(repo);
      const commits = await Array.fromAsync(store.auditCommits(repo));
      return [refs, commits.flat().filter(({record}) => record?.repo === repo)];
    };
    const before = await theirs();
    await loseNumber(rig);
    for (const {key, fields} of await vault.list('commits'))
      if (fields['repo'] === rig.setting('ctr.id')) await vault.change('commits', key, {history: 'AAAA'});
    await rig.ctr(...REPAIR);
    assert.deepEqual(await theirs(), before);
    await rig.ctr('verify', '--all-commits', '--content');
    await other.ctr('verify', '--all-commits', '--content');
  });
});
