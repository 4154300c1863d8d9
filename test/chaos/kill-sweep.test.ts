import assert from 'node:assert/strict';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtListedPoint, killAtPoint, listKillPoints} from '../support/kill.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

/** Of the servers' points at least this many are tried: each costs seconds there. */
const SERVER_POINTS = 60;
const SERVER_PRUNE_POINTS = 6;
const AT_ONCE = 3;

/** What people do between two syncs; each begins where the one before ended. */
const PHASES: readonly {readonly name: string; readonly run: (rig: CtrRig) => void}[] = [
  {
    name: 'first import',
    run(rig) {
      rig.commit('one', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 1]), 'docs/b.md': '# beta\n'});
      rig.commit('two', {'a.txt': 'beta\n'});
      rig.push('HEAD');
      rig.git('checkout', '--quiet', '-b', 'topic');
      rig.commit('topic', {'topic.txt': 'only here\n', 'topic.bin': Buffer.from([0, 2])});
      rig.git('tag', '--annotate', '--message', 'tagged', 'v1');
      rig.push('HEAD', 'v1');
    },
  },
  {
    name: 'new commits, a new branch and a merge',
    run(rig) {
      rig.git('checkout', '--quiet', 'main');
      rig.commit('three', {'a.txt': 'gamma\n', 'c.bin': Buffer.from([0, 3])});
      rig.merge('topic');
      rig.push('HEAD', 'HEAD:refs/heads/second');
    },
  },
  {
    name: 'force push, and a tag that moves',
    run(rig) {
      rig.git('reset', '--quiet', '--hard', 'HEAD~2');
      rig.commit('other', {'a.txt': 'delta\n', 'd.bin': Buffer.from([0, 4])});
      rig.git('tag', '--force', '--annotate', '--message', 'again', 'v1');
      rig.push('HEAD', 'v1');
      rig.git('--git-dir', rig.gitDir, 'gc', '--quiet', '--prune=now');
    },
  },
  {
    name: 'deletions',
    run(rig) {
      rig.push(':topic', ':second', ':v1');
      rig.git('--git-dir', rig.gitDir, 'gc', '--quiet', '--prune=now');
    },
  },
];

/** A phase and the number of a side effect in its sync, from 1. */
interface Point {
  readonly phase: number;
  readonly n: number;
  /** How many its sync has. */
  readonly total: number;
  readonly name: string;
}

describeBackends('kill -9 before every side effect', (backend) => {
  void describe('sync', {concurrency: AT_ONCE}, async () => {
    const points = await listPoints(backend);
    const tried = backend === 'embedded' ? points : spread(points, SERVER_POINTS);
    console.log(`${backend}: ${points.length} points, ${tried.length} are tried`);
    for (const point of tried) {
      test(`${PHASES[point.phase]!.name}, point ${point.n}: ${point.name}`, () => tryPoint(backend, point));
    }
  });
});

describeBackends('kill -9 before every side effect of prune', (backend) => {
  void describe('prune', {concurrency: AT_ONCE}, async () => {
    const names = await listPrunePoints(backend);
    const points = names.map((name, i) => ({name, i}));
    for (const {name, i} of backend === 'embedded' ? points : spread(points, SERVER_PRUNE_POINTS)) {
      test(`point ${i + 1}: ${name}`, async () => {
        await using rig = await startWithGarbage(backend);
        await killAtListedPoint(['prune'], {n: i + 1, total: names.length}, worldOf(rig));
        // What was garbage is wanted again: whatever of it is still there must be whole.
        rig.push('garbage');
        await rig.sync();
        await rig.assertEqualsGit({tips: 5, files: 5, commits: 3});
        await rig.ctr('prune');
        assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'));
      });
    }
  });
});

async function listPrunePoints(backend: Backend): Promise<string[]> {
  await using rig = await startWithGarbage(backend);
  const names = await listKillPoints(['prune'], worldOf(rig));
  return names.map((name) => plainName(rig, name));
}

/** A sync has stored everything of a branch and died before its ref was written; then the branch was deleted. */
async function startWithGarbage(backend: Backend): Promise<CtrRig> {
  const leak = (rig: CtrRig) => {
    rig.git('checkout', '--quiet', '-b', 'garbage');
    rig.commit('garbage', {'garbage.txt': 'x\n', 'garbage.bin': Buffer.from([0, 9])});
    rig.push('HEAD');
  };
  await using twin = await startAt(backend, 0);
  await twin.sync();
  leak(twin);
  const points = await listKillPoints(['sync'], worldOf(twin));
  const refWrite =
    points.findLastIndex((name) => /sqlite transaction|-refs[\w-]*-write\/_bulk/.test(name)) + 1;
  const rig = await startAt(backend, 0);
  await rig.sync();
  leak(rig);
  assert.ok(await killAtPoint(['sync'], refWrite, worldOf(rig)));
  rig.push(':garbage');
  await rig.sync();
  return rig;
}

/** One run of the whole scenario that counts. */
async function listPoints(backend: Backend): Promise<Point[]> {
  await using rig = await startAt(backend, 0);
  const points: Point[] = [];
  for (const phase of PHASES.keys()) {
    if (phase > 0) prepare(rig, phase);
    const names = await listKillPoints(['sync'], worldOf(rig));
    points.push(
      ...names.map((name, i) => ({phase, n: i + 1, total: names.length, name: plainName(rig, name)})),
    );
  }
  return points;
}

async function tryPoint(backend: Backend, {phase, n, total}: Point): Promise<void> {
  await using rig = await startAt(backend, phase);
  await killAtListedPoint(['sync'], {n, total}, worldOf(rig));
  await rig.sync();
  await rig.assertEqualsGit({tips: 5, files: 1, commits: 3});
  const mark = await rig.readWriteMark();
  const {refsWritten, commitsWritten, entriesWritten} = await rig.sync();
  assert.deepEqual([refsWritten, commitsWritten, entriesWritten], [0, 0, 0]);
  assert.deepEqual(await rig.readWriteMark(), mark, 'a second sync writes nothing');
  assert.equal(await rig.countNotes(), 0);
  await rig.ctr('prune');
  assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, 'all'), 'no garbage is left after prune');
}

/** A repository in which everything before the phase is pushed and synced, and the phase itself is only pushed. */
async function startAt(backend: Backend, phase: number): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  await rig.installWithoutHook('--no-import');
  for (let before = 0; before < phase; before++) {
    prepare(rig, before);
    await rig.sync();
  }
  prepare(rig, phase);
  return rig;
}

/** The hook is off, so that no worker interferes; its note is put as the hook does. */
function prepare(rig: CtrRig, phase: number): void {
  PHASES[phase]!.run(rig);
  const queue = join(rig.gitDir, 'ctr', 'queue', 'new');
  mkdirSync(queue, {recursive: true});
  writeFileSync(join(queue, 'push-1'), '');
}

function worldOf(rig: CtrRig) {
  return {env: rig.env, cwd: rig.gitDir};
}

/** Without the random name of the test's index. */
function plainName(rig: CtrRig, name: string): string {
  return name.replaceAll(rig.setting('ctr.index.name') ?? '\0', 'index');
}

function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({length: count}, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
