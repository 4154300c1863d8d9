import assert from 'node:assert/strict';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {countStored} from '../support/stored-documents.ts';
import {openVault} from '../support/vault.ts';

interface Report {
  readonly findings: readonly Record<string, unknown>[];
}

/** What somebody does to the repository; the ref that cannot be read then is x. */
const DAMAGES: Readonly<Record<string, (rig: CtrRig) => void>> = {
  'a lost tip': (rig) => loseObject(rig, rig.git('rev-parse', 'x')),
  'a lost older commit': (rig) => loseObject(rig, rig.git('rev-parse', 'x~1')),
  'a lost older tree': (rig) => loseObject(rig, rig.git('rev-parse', 'x~1^{tree}')),
  'a ref that is garbage': (rig) => writeFileSync(join(rig.gitDir, 'refs/heads/x'), 'no oid at all\n'),
};

function loseObject(rig: CtrRig, oid: string): void {
  rmSync(join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
}

async function verify(rig: CtrRig, code: number, ...args: string[]): Promise<Report['findings']> {
  const run = await rig.tryCtr('verify', '--json', ...args);
  const last = run.stdout.toString().trimEnd().split('\n').at(-1)!;
  assert.equal(run.code, code, `${run.stderr}\n${last}`);
  return (JSON.parse(last) as Report).findings;
}

/** x has three commits of its own, texts and objects; main has another. */
async function makeRepository(rig: CtrRig, ...options: string[]): Promise<void> {
  rig.commit('first', {'a.txt': 'a\n', 'a.bin': Buffer.from([0, 1])});
  rig.git('checkout', '--quiet', '-b', 'x');
  for (let i = 0; i < 3; i++)
    rig.commit(`x ${i}`, {[`x${i}.txt`]: `${i}\n`, 'x.bin': Buffer.from([0, 9, i])});
  rig.git('checkout', '--quiet', 'main');
  rig.commit('second', {'b.txt': 'b\n'});
  rig.push('main', 'x');
  await rig.installWithoutHook(...options);
  await verify(rig, 0, '--all-commits', '--content');
}

describeBackends('what Git has lost and the index still has', (backend) => {
  for (const history of ['all', 'refs'] as const) {
    for (const [name, damage] of Object.entries(DAMAGES)) {
      test(`${name}, history ${history}: one finding, and repair deletes nothing`, async () => {
        await using rig = new CtrRig(backend);
        await makeRepository(rig, '--history', history);
        const before = await readState(rig);
        damage(rig);
        for (const args of [['--all-commits', '--content'], ['--repair'], ['--repair', '--all-commits']]) {
          const findings = await verify(rig, 1, ...args);
          assert.deepEqual(
            findings.map(({kind, ref}) => [kind, ref]),
            [['ref-unreadable', 'refs/heads/x']],
            JSON.stringify(findings),
          );
          assert.equal(typeof findings[0]!['unrepairable'], 'string');
          assert.deepEqual(await readState(rig), before);
        }
      });
    }
  }

  test('what is damaged besides is mended', async () => {
    await using rig = new CtrRig(backend);
    await makeRepository(rig);
    const before = await readState(rig);
    loseObject(rig, rig.git('rev-parse', 'x'));
    const vault = openVault(rig);
    const shared = (await vault.list('files')).find(({fields}) => fields['path'] === 'a.txt')!;
    await vault.remove('files', shared.key);
    const first = (await vault.list('commits')).find(
      ({fields}) => fields['oid'] === rig.git('rev-parse', 'main~1'),
    )!;
    await vault.change('commits', first.key, backend === 'embedded' ? {sort_order: 5} : {order: 5});
    const findings = await verify(rig, 1, '--repair');
    assert.deepEqual(
      findings.map(({kind}) => kind),
      ['ref-unreadable'],
    );
    assert.deepEqual(await readState(rig), before);
  });
});

async function readState(rig: CtrRig): Promise<unknown> {
  return [await countStored(rig), await readRefs(rig), (await openVault(rig).listObjects()).length];
}

async function readRefs(rig: CtrRig): Promise<unknown> {
  const refs = await openVault(rig).list('refs');
  const sorted = refs.toSorted((a, b) => (String(a.fields['name']) < String(b.fields['name']) ? -1 : 1));
  return sorted.map(({fields: {name, state, target, commit, snapshot, history}}) => [
    [name, state, target, commit],
    [snapshot, history],
  ]);
}
