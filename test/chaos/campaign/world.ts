import assert from 'node:assert/strict';
import {type Backend, CtrRig} from '../../support/ctr-rig.ts';
import {ScriptReceiver} from '../../support/event-receivers.ts';
import {pushSomething, seededRandom} from '../../support/random-history.ts';
import {opensearchUrl, s3} from '../../support/servers/require.ts';
import {countStored, expectStored} from '../../support/stored-documents.ts';
import {openStorm, type Storm} from '../../support/storm.ts';

/** So long an answer may be missing before ctr gives the request up: storms leave requests without one. */
const TIMEOUT_SECONDS = 2;

const NO_HOOKS = '/dev/null';

/** One repository that lives through a campaign, and all that happens around it. */
export interface World extends AsyncDisposable {
  readonly backend: Backend;
  readonly rig: CtrRig;
  /** Numbers that follow from the campaign's seed. */
  readonly random: () => number;
  /** A handler of events. */
  readonly receiver: ScriptReceiver;
  /** The ways to the servers; none where everything is embedded. */
  readonly storms: readonly Storm[];
  /** A number that was not there before, for names. */
  nextNumber(): number;
}

export async function openWorld(backend: Backend, seed: number): Promise<World> {
  const rig = new CtrRig(backend);
  const storms = backend === 'embedded' ? [] : [await openStorm(opensearchUrl()), await openStorm(s3().url)];
  if (storms.length > 0) {
    [rig.env['CTR_INDEX_URL'], rig.env['CTR_OBJECTS_URL']] = storms.map(({url}) => url);
    rig.env['CTR_TIMEOUT_SECONDS'] = String(TIMEOUT_SECONDS);
  }
  const random = seededRandom(seed);
  let number = 0;
  const world: World = {
    backend,
    rig,
    random,
    receiver: new ScriptReceiver(rig),
    storms,
    nextNumber: () => ++number,
    async [Symbol.asyncDispose]() {
      await rig.assertDelivererEnded();
      await rig[Symbol.asyncDispose]();
      for (const storm of storms) await storm[Symbol.asyncDispose]();
    },
  };
  rig.commit('first', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 1])});
  rig.configure({'core.hooksPath': NO_HOOKS});
  rig.push('main');
  await installQuietly(world);
  moveSomething(world);
  return world;
}

/** ctr is installed and has its handler; its hook is off, so that a fault chooses when something runs. */
export async function installQuietly(world: Pick<World, 'rig' | 'receiver'>): Promise<void> {
  configureHandler(world);
  await withHook(world, () => world.rig.install());
}

/** Moves are told from the next import on. A purge takes the setting away. */
export function configureHandler({rig, receiver}: Pick<World, 'rig' | 'receiver'>): void {
  rig.configure({'ctr.onSync': receiver.command});
}

/** Runs `work` while Git runs the repository's hooks. */
export async function withHook<T>({rig}: Pick<World, 'rig'>, work: () => Promise<T>): Promise<T> {
  if (rig.setting('core.hooksPath') !== undefined) rig.configure({'core.hooksPath': undefined});
  try {
    return await work();
  } finally {
    rig.configure({'core.hooksPath': NO_HOOKS});
  }
}

/** Some random pushes. */
export function moveSomething(world: World, count = 3): void {
  for (let i = 0; i < count; i++) pushSomething(world.rig, world.random, world.nextNumber());
}

/** After one sync readers see what Git has, and handlers know it; a second sync writes nothing. */
export async function assertRecovers({rig, receiver}: World): Promise<void> {
  await rig.sync();
  await rig.assertEqualsGit({tips: 0, commits: 0});
  const {refsWritten, commitsWritten, entriesWritten} = await rig.sync();
  assert.deepEqual([refsWritten, commitsWritten, entriesWritten], [0, 0, 0], 'a second sync writes nothing');
  await rig.assertEventsDelivered();
  await assertTold(rig, receiver);
}

/** The last event of each ref tells what the ref is now. */
async function assertTold(rig: CtrRig, receiver: ScriptReceiver): Promise<void> {
  const told = new Map(receiver.events().map(({ref, new: now}) => [ref, now]));
  const {refs} = await rig.json<{refs: {name: string; commit: string | null}[]}>('refs');
  const shown = new Map(refs.map(({name, commit}) => [name, commit]));
  for (const [ref, now] of told) assert.equal(now, shown.get(ref) ?? null, `the last event of ${ref}`);
  for (const [ref, commit] of shown) if (commit !== null) assert.ok(told.has(ref), `an event of ${ref}`);
}

/** The whole index is proven, and nothing is stored that no ref needs. */
export async function assertProven({rig}: World): Promise<void> {
  const {code, stdout} = await rig.tryCtr('verify', '--all-commits', '--content');
  assert.equal(code, 0, stdout.toString());
  await rig.assertEqualsGit();
  await rig.ctr('prune');
  assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
}

/** An integer from 1 to `max`. */
export function draw({random}: Pick<World, 'random'>, max: number): number {
  return 1 + Math.floor(random() * max);
}

export function pick<T>({random}: Pick<World, 'random'>, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}
