import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {DAMAGES, type Damage, nameOf, type Picker} from '../support/damages.ts';
import {readLogicalState} from '../support/logical-state.ts';
import {pushSomething, seededRandom} from '../support/random-history.ts';
import {openVault, type Vault, type VaultDocument} from '../support/vault.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? Date.now() % 1_000_000);
const STEPS = 20;
const ROUNDS = 3;
const DAMAGES_PER_ROUND = 6;
const DAMAGES_IN_USE = 6;

interface Report {
  readonly type: string;
  readonly ok: boolean;
  readonly findings: readonly Record<string, unknown>[];
  readonly checked: Record<string, number>;
}

describeBackends(`tampering is named and mended (seed ${SEED})`, (backend) => {
  const kinds = DAMAGES.filter(({engine}) => (engine ?? engineOf(backend)) === engineOf(backend));
  // One for all: each test leaves it whole, and the last one alone pushes to it.
  let rig: CtrRig;
  let world: World;
  before(async () => {
    rig = await makeRepository(backend);
    world = await openWorld(rig);
  });
  after(() => rig[Symbol.asyncDispose]());

  test('each damage alone', async (t) => {
    const random = seededRandom(SEED);
    for (const damage of kinds) {
      await t.test(damage.name, async () => {
        const expected = await damage.apply(world.vault, openPicker(world.vault, random));
        await assertNamedAndMended(world, [expected]);
      });
    }
    await assertWhole(world);
    await rig.assertEqualsGit();
  });

  test('several at once', async (t) => {
    for (let round = 0; round < ROUNDS; round++) {
      const random = seededRandom(SEED + round);
      const picker = openPicker(world.vault, random);
      // Names that are published are judged when the refs behind them are right.
      const mixable = kinds.filter(({name}) => !name.startsWith('aliases'));
      const chosen = shuffled(mixable, random).slice(0, DAMAGES_PER_ROUND);
      await t.test(`seed ${SEED + round}: ${chosen.map(({name}) => name).join(', ')}`, async () => {
        const expected: string[] = [];
        for (const damage of chosen) expected.push(await damage.apply(world.vault, picker));
        await assertNamedAndMended(world, expected);
        await assertWhole(world);
        await rig.assertEqualsGit();
      });
    }
  });

  test('more than anybody can name, and the files gone', async (t) => {
    for (let round = 0; round < ROUNDS; round++) {
      await t.test(`seed ${SEED + round}`, async () => {
        await damageEverything(world.vault, kinds, seededRandom(SEED + round));
        for (const {key} of await world.vault.list('files')) await world.vault.remove('files', key);
        await verify(rig, 0, '--repair');
        await assertWhole(world);
      });
    }
    await rig.assertEqualsGit();
  });

  test('nothing left of a collection', async (t) => {
    for (const series of ['files', 'commits', 'refs'] as const) {
      await t.test(series, async () => {
        for (const {key} of await world.vault.list(series)) await world.vault.remove(series, key);
        const report = await verify(world.rig, 1);
        assert.equal(report.ok, false);
        await verify(world.rig, 0, '--repair');
        await assertWhole(world);
      });
    }
    await rig.assertEqualsGit();
  });

  test('while people read and push: no command takes it for a bug, and repair mends it', async (t) => {
    const random = seededRandom(SEED);
    // Repair has written every snapshot whole by now, and prune takes tombstones away.
    const possible = kinds.filter(({name}) => !/difference|tombstone/.test(name));
    for (const damage of shuffled(possible, random).slice(0, DAMAGES_IN_USE)) {
      await t.test(damage.name, async () => {
        await damage.apply(world.vault, openPicker(world.vault, random));
        await assertNoBug(rig);
        rig.git('checkout', '--quiet', '--force', '--detach', 'made');
        rig.commit(`after ${damage.name}`, {'after.txt': `${damage.name}\n`});
        rig.push('HEAD:refs/heads/main', 'HEAD:refs/heads/used');
        await assertNoBug(rig);
        // Some repairs find more once the ref can be brought.
        await verify(rig, 0, '--repair');
        assert.deepEqual((await verify(rig, 0)).findings, []);
      });
    }
    await rig.assertEqualsGit();
  });
});

/** The code of a failure that nobody has thought of. */
const BUG = 70;
const IN_USE = [
  ['refs'],
  ['status'],
  ['ls', '--recursive'],
  ['log'],
  ['log', 'many/2.txt'],
  ['cat', 'docs/guide.md'],
  ['search', 'guide'],
  ['where', 'theirs.txt'],
  ['sync'],
  ['prune'],
];

async function assertNoBug(rig: CtrRig): Promise<void> {
  for (const args of IN_USE) {
    const {code, stderr} = await rig.tryCtr(...args);
    assert.notEqual(code, BUG, `ctr ${args.join(' ')}: ${stderr}`);
  }
}

interface World {
  readonly rig: CtrRig;
  readonly vault: Vault;
  readonly state: unknown;
}

async function openWorld(rig: CtrRig): Promise<World> {
  const report = await verify(rig, 0);
  assert.deepEqual(report.findings, []);
  assert.ok(
    Object.values(report.checked).every((count) => count > 0),
    JSON.stringify(report.checked),
  );
  return {rig, vault: openVault(rig), state: await stateOf(rig)};
}

/** By `verify` of a sample, and by the look at everything that `--repair` begins with; what mends it ends clean. */
async function assertNamedAndMended({rig}: World, expected: readonly string[]): Promise<void> {
  const assertNamed = ({findings}: Report, what: string) =>
    assert.deepEqual(
      findings.map(nameOf).sort(),
      [...expected].sort(),
      `${what}: ${JSON.stringify(findings)}`,
    );
  assertNamed((await runVerify(rig, 1, '--content')).at(-1)!, 'of a sample');
  const [before] = await runVerify(rig, 0, '--all-commits', '--content', '--repair');
  assertNamed(before!, 'of everything');
  assert.deepEqual((await verify(rig, 0)).findings, []);
}

async function assertWhole({rig, state}: World): Promise<void> {
  const {findings, checked} = await verify(rig, 0);
  assert.deepEqual(findings, []);
  assert.equal(checked['trees'], checked['commits'], 'every tree was proven');
  assert.deepEqual(await stateOf(rig), state);
}

async function verify(rig: CtrRig, code: number, ...args: string[]): Promise<Report> {
  return (await runVerify(rig, code, '--all-commits', '--content', ...args)).at(-1)!;
}

/** What each look at the index found, in turn. */
async function runVerify(rig: CtrRig, code: number, ...args: string[]): Promise<Report[]> {
  const run = await rig.tryCtr('verify', '--json', ...args);
  const lines = run.stdout.toString().trimEnd().split('\n');
  assert.equal(run.code, code, `${run.stderr}\n${lines.at(-1)}`);
  return lines.map((line) => JSON.parse(line) as Report).filter(({type}) => type === 'verification');
}

async function stateOf(rig: CtrRig): Promise<unknown> {
  return readLogicalState({env: rig.env, cwd: rig.gitDir});
}

/** Merges, orphans, tags; and what is stored in other ways than a text. */
async function makeRepository(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  const random = seededRandom(SEED);
  rig.commit('of every kind', {
    'docs/guide.md': '---\ntitle: The guide\n---\n# Guide\n',
    'wide.txt': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('words of two bytes', 'utf16le')]),
    'image.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    'large.bin': Buffer.alloc(5_000_000, 'large and \0 binary'),
    'large.txt': 'too large to be searched\n'.repeat(100_000),
    empty: '',
  });
  // Every other one is changed: a tree of many numbers with gaps makes keyframes long, and differences worth while.
  const files = (step: number) =>
    Array.from({length: 24 / step}, (_, at) => [`many/${at * step}.txt`, `${at} ${step}\n`]);
  rig.commit('many', Object.fromEntries(files(1)));
  rig.commit('many changed', Object.fromEntries(files(2)));
  const first = rig.git('rev-parse', 'HEAD');
  rig.push('main');
  await rig.installWithoutHook();
  for (let step = 0; step < STEPS; step++) {
    pushSomething(rig, random, step);
    if (step % 10 === 0) await rig.sync();
  }
  rig.git('checkout', '--quiet', '--force', '-B', 'made', first);
  rig.commit('ours', {'a.txt': 'ours\n'});
  const blob = rig.gitInput(['hash-object', '-w', '--stdin'], 'docs/guide.md');
  rig.git('update-index', '--add', '--cacheinfo', `120000,${blob},link`);
  rig.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},submodule`);
  rig.git('commit', '--quiet', '--message', 'a link and a submodule');
  rig.git('reset', '--quiet', '--hard');
  rig.git('checkout', '--quiet', '--force', '-B', 'theirs', first);
  rig.commit('theirs', {'b.md': 'theirs\n'});
  rig.merge('made');
  // Enough of each kind that several can be damaged: merges, and differences between keyframes.
  for (let i = 0; i < 5; i++) {
    rig.git('checkout', '--quiet', 'made');
    rig.commit(`made ${i}`, {'made.txt': `${i}\n`});
    rig.git('checkout', '--quiet', 'theirs');
    rig.commit(`theirs ${i}`, {'theirs.txt': `${i}\n`});
    rig.merge('made');
  }
  rig.git('tag', 'blob-tag', blob);
  rig.push('made', 'theirs', 'blob-tag');
  // HEAD's branch, which may have been deleted, is the one that is published.
  if (rig.git('ls-remote', '--heads', rig.gitDir, 'main') === '') rig.push('theirs:refs/heads/main');
  await rig.sync();
  rig.push(':refs/heads/made');
  await rig.sync();
  return rig;
}

/** Each kind of damage once, wherever it finds something to damage that was whole. */
async function damageEverything(vault: Vault, kinds: readonly Damage[], random: () => number): Promise<void> {
  const picker = openPicker(vault, random);
  for (const damage of shuffled(kinds, random)) {
    try {
      await damage.apply(vault, picker);
    } catch (error) {
      if (!(error instanceof NothingToDamage)) throw error;
    }
  }
}

function engineOf(backend: Backend): Vault['engine'] {
  return backend === 'embedded' ? 'sqlite' : 'opensearch';
}

/** Picks among what is there when it first looks: never what a damage has added. */
function openPicker(vault: Vault, random: () => number): Picker {
  const listed = new Map<string, Promise<unknown>>();
  const listOnce = <T>(what: string, list: () => Promise<T>) => {
    const found = (listed.get(what) as Promise<T> | undefined) ?? list();
    listed.set(what, found);
    return found;
  };
  const used = new Set<string>();
  const usedOids = new Set<unknown>();
  return {
    async pick(series, fits = () => true) {
      const all = (await listOnce(series, () => vault.list(series))).filter(
        ({key, fields}) => !used.has(`${series} ${key}`) && !usedOids.has(fields['oid']) && fits(fields),
      );
      const picked = chooseFrom(all, random);
      used.add(`${series} ${picked.key}`);
      usedOids.add(picked.fields['oid'] ?? picked.key);
      return picked;
    },
    async pickObject() {
      const objects = await listOnce('objects', () => vault.listObjects());
      const all = objects.filter(({key}) => !usedOids.has(key.split('/').at(-1)));
      const picked = chooseFrom(all, random);
      usedOids.add(picked.key.split('/').at(-1));
      return picked;
    },
  };
}

class NothingToDamage extends Error {}

function chooseFrom<T extends VaultDocument | {key: string}>(all: readonly T[], random: () => number): T {
  if (all.length === 0) throw new NothingToDamage();
  return all.toSorted((a, b) => (a.key < b.key ? -1 : 1))[Math.floor(random() * all.length)]!;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({item, at: random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item);
}
