import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {bitmap} from '../../support/damages.ts';
import {openVault} from '../../support/vault.ts';
import {configureHandler, installQuietly, moveSomething, pick, type World} from './world.ts';

/** A command that writes, and that a fault may meet at any point. */
export interface Verb {
  readonly name: string;
  /** So many side effects it has at least, in the repositories of a campaign. */
  readonly pointsMax: number;
  /** Makes work for the command, and returns its words. */
  prepare(world: World): Promise<readonly string[]>;
  /** Runs the command again, to its end, and looks at what it promises. */
  finish(world: World, args: readonly string[]): Promise<void>;
}

const SECRET = 'xyzzyplugh';
/** Of numbers that no commit has. */
const NO_HISTORY = serializeBitmap([100_000, 100_001]);

async function runAgain({rig}: World, args: readonly string[]): Promise<void> {
  await rig.ctr(...args);
}

async function runAgainAndInstall(world: World, args: readonly string[]): Promise<void> {
  await runAgain(world, args);
  await installQuietly(world);
}

/** Pushes wait to be indexed. */
async function moveAnd(world: World, ...args: string[]): Promise<readonly string[]> {
  moveSomething(world);
  return args;
}

const sync: Verb = {
  name: 'sync',
  pointsMax: 14,
  prepare: (world) => moveAnd(world, 'sync'),
  finish: runAgain,
};

const reindex: Verb = {
  name: 'reindex',
  pointsMax: 40,
  prepare: (world) => moveAnd(world, 'reindex'),
  finish: runAgain,
};

/** Of a run that stored something and died there is garbage. */
const prune: Verb = {
  name: 'prune',
  pointsMax: 5,
  async prepare(world) {
    const {rig} = world;
    const number = world.nextNumber();
    const vault = openVault(rig);
    const [known] = await vault.listObjects();
    // Objects that no entry names lie there after a run that died before its entries were written.
    for (let i = 0; known !== undefined && i < 3; i++) {
      const bytes = Buffer.from(`orphan ${number} ${i}`);
      const oid = rig.gitInput(['hash-object', '--stdin'], bytes);
      await vault.putObject(known.key.replace(/[^/]+\/[^/]+$/, `${oid.slice(0, 2)}/${oid}`), bytes);
    }
    return ['prune'];
  },
  finish: runAgain,
};

/** Some documents and an object are lost behind ctr's back; of a commit also the number, where no other ref reaches it. */
const repair: Verb = {
  name: 'verify --repair',
  pointsMax: 15,
  async prepare(world) {
    const vault = openVault(world.rig);
    const files = await vault.list('files');
    for (let i = 0; i < 3 && files.length > 0; i++) {
      const [lost] = files.splice(Math.floor(world.random() * files.length), 1);
      await vault.remove('files', lost!.key);
    }
    const objects = await vault.listObjects();
    if (objects.length > 0) await vault.removeObject(pick(world, objects).key);
    const live = (await vault.list('refs')).filter(({fields}) => fields['state'] === 'live');
    if (live.length > 0) {
      const {key, fields} = pick(world, live);
      const commits = await vault.list('commits');
      const tip = commits.find((commit) => commit.fields['oid'] === fields['commit']);
      if (tip) await vault.remove('commits', tip.key);
      await vault.change('refs', key, bitmap('history', NO_HISTORY)[vault.engine]!(fields));
    }
    return ['verify', '--repair', '--all-commits', '--content'];
  },
  finish: runAgain,
};

/** A secret was pushed, indexed, and removed from Git; no sync has seen that yet. */
const forget: Verb = {
  name: 'forget',
  pointsMax: 14,
  async prepare(world) {
    const {rig} = world;
    const number = world.nextNumber();
    const branch = `leak-${number}`;
    const before = rig.git('branch', '--show-current');
    rig.git('checkout', '--quiet', '-b', branch);
    rig.commit(branch, {
      [`secret-${number}.txt`]: `${SECRET} ${number}\n`,
      [`secret-${number}.bin`]: Buffer.from(`\0${SECRET} ${number}`),
    });
    rig.push(branch);
    await rig.sync();
    rig.git('checkout', '--quiet', '--force', before);
    rig.git('branch', '--quiet', '-D', branch);
    rig.push(`:${branch}`);
    return ['forget', `secret-${number}.txt`];
  },
  async finish({rig}, [verb, path]) {
    for (const name of [path!, path!.replace('.txt', '.bin')]) {
      const {code, stderr} = await rig.tryCtr(verb!, name);
      // 1: the run that was stopped, or the sync within it, has removed everything already.
      assert.ok(code === 0 || code === 1, stderr);
    }
    if (rig.setting('ctr.index.url') === undefined) assertAbsent(join(rig.gitDir, 'ctr'));
  },
};

/** The secret is in no file below the directory. */
function assertAbsent(directory: string): void {
  for (const file of readdirSync(directory, {recursive: true, withFileTypes: true})) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    assert.ok(!readFileSync(path).includes(SECRET), `the secret is in ${path}`);
  }
}

const install: Verb = {
  name: 'install',
  pointsMax: 6,
  async prepare(world) {
    await world.rig.ctr('uninstall', '--purge');
    // Nobody is told what is deleted while ctr is not installed.
    world.receiver.clear();
    configureHandler(world);
    moveSomething(world, 1);
    world.rig.configure({'core.hooksPath': undefined});
    return ['install'];
  },
  finish: installQuietly,
};

const uninstall: Verb = {
  name: 'uninstall',
  pointsMax: 3,
  prepare: async () => ['uninstall'],
  finish: runAgainAndInstall,
};

const purge: Verb = {
  name: 'uninstall --purge',
  pointsMax: 5,
  prepare: async () => ['uninstall', '--purge'],
  finish: runAgainAndInstall,
};

export const VERBS: readonly Verb[] = [sync, reindex, prune, repair, forget, install, uninstall, purge];

/** Those that can be met by a storm: they ask servers, and may be repeated as they are. */
export const STORM_VERBS: readonly Verb[] = [sync, reindex, prune, repair];
