import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint} from '../support/kill.ts';
import {raceSyncs} from '../support/race-syncs.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? Date.now() % 1_000_000);
const SEQUENCES: Readonly<Record<Backend, number>> = {
  embedded: 200,
  servers: 20,
  'SQLite and S3': 0,
  'OpenSearch and files': 0,
};
const RUNS = 5;

const PATHS = ['a.txt', 'b.md', 'docs/c.md', 'docs/deep/d.ts', 'bin/e.bin', 'docs'];
const BRANCHES = ['main', 'topic', 'feature/x', 'old'];

/** What people, Git and bad luck do. Numbers choose among what is there when it happens. */
type Step =
  | {
      readonly kind: 'push' | 'forcePush';
      readonly branch: string;
      readonly files: readonly number[];
      readonly from: number;
    }
  | {readonly kind: 'delete' | 'orphan'; readonly branch: string}
  | {readonly kind: 'rename' | 'merge'; readonly branch: string; readonly other: string}
  | {readonly kind: 'tag'; readonly from: number; readonly isAnnotated: boolean}
  | {readonly kind: 'gc' | 'packRefs' | 'sync' | 'race'}
  | {readonly kind: 'kill'; readonly point: number};

const branch = fc.constantFrom(...BRANCHES);
const files = fc.array(fc.nat(59), {minLength: 1, maxLength: 4});
const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 6, arbitrary: fc.record({kind: fc.constant('push' as const), branch, files, from: fc.nat(9)})},
  {
    weight: 2,
    arbitrary: fc.record({kind: fc.constant('forcePush' as const), branch, files, from: fc.nat(9)}),
  },
  {weight: 2, arbitrary: fc.record({kind: fc.constantFrom('delete' as const, 'orphan' as const), branch})},
  {
    weight: 2,
    arbitrary: fc.record({kind: fc.constantFrom('rename' as const, 'merge' as const), branch, other: branch}),
  },
  {
    weight: 1,
    arbitrary: fc.record({kind: fc.constant('tag' as const), from: fc.nat(9), isAnnotated: fc.boolean()}),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('gc' as const, 'packRefs' as const, 'sync' as const, 'race' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({kind: fc.constant('kill' as const), point: fc.integer({min: 1, max: 25})}),
  },
);
const sequence = fc.record({
  history: fc.constantFrom('all' as const, 'all' as const, 'refs' as const),
  steps: fc.array(step, {minLength: 3, maxLength: 6}),
});

describeBackends('a model of what happens to a repository', (backend) => {
  // In parts, each with a seed of its own: one that fails is found again in a part of the time.
  for (let part = 0; part * RUNS < SEQUENCES[backend]; part++) {
    const seed = SEED + part;
    test(`${RUNS} random sequences: after each step the index equals Git, seed ${seed}`, async () => {
      await fc.assert(
        fc.asyncProperty(sequence, ({history, steps}) => play(backend, history, steps)),
        // A run takes a second: the seed and the path that fast-check prints lead back to it faster than shrinking.
        {seed, numRuns: RUNS, endOnFailure: true},
      );
    });
  }
});

async function play(backend: Backend, history: 'all' | 'refs', steps: readonly Step[]): Promise<void> {
  await using rig = new CtrRig(backend);
  await rig.installWithoutHook('--history', history);
  let wasDisturbed = false;
  for (const [i, each] of steps.entries()) {
    wasDisturbed ||= each.kind === 'kill' || each.kind === 'race';
    await happen(rig, each, i);
    await rig.sync();
    // Every ref, its commit and its number of files after each step; what they hold, at the end.
    await rig.assertEqualsGit({tips: 0, commits: 0});
    // What a killed or overtaken run has left is prune's to find; an undisturbed one leaves nothing.
    if (!wasDisturbed) assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, history));
  }
  if (wasDisturbed) await rig.ctr('prune');
  assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, history));
  await rig.assertEqualsGit({tips: 3, files: 1, commits: history === 'all' ? 2 : 0});
}

async function happen(rig: CtrRig, given: Step, i: number): Promise<void> {
  const branches = branchesOf(rig);
  const has = (name: string) => branches.includes(name);
  switch (given.kind) {
    case 'push':
    case 'forcePush': {
      checkout(rig, given, has(given.branch));
      rig.commit(`step ${i}`, filesOf(rig, given.files, i));
      rig.push('HEAD');
      return;
    }
    case 'orphan':
      if (has(given.branch)) return;
      rig.git('checkout', '--quiet', '--force', '--orphan', given.branch);
      rig.git('rm', '--quiet', '-r', '--force', '--ignore-unmatch', '.');
      rig.commit(`orphan ${i}`, filesOf(rig, [i], i));
      rig.push('HEAD');
      return;
    case 'delete':
      if (!has(given.branch)) return;
      rig.git('checkout', '--quiet', '--force', '--detach');
      rig.git('branch', '--quiet', '-D', given.branch);
      rig.push(`:refs/heads/${given.branch}`);
      return;
    case 'rename':
      if (!has(given.branch) || has(given.other)) return;
      rig.git('branch', '--quiet', '-m', given.branch, given.other);
      rig.push(`:refs/heads/${given.branch}`, given.other);
      return;
    case 'merge':
      if (!has(given.branch) || !has(given.other) || given.branch === given.other) return;
      rig.git('checkout', '--quiet', '--force', given.branch);
      rig.merge(given.other, '--allow-unrelated-histories', '-s', 'ours');
      rig.push('HEAD');
      return;
    case 'tag': {
      const commits = rig.git('rev-list', '--all').split('\n').filter(Boolean);
      if (commits.length === 0) return;
      const options = given.isAnnotated ? ['--annotate', '--message', `tag ${i}`] : [];
      rig.git('tag', '--force', ...options, 'v1', commits[given.from % commits.length]!);
      rig.push('refs/tags/v1');
      return;
    }
    case 'gc':
      rig.git('--git-dir', rig.gitDir, 'reflog', 'expire', '--expire=now', '--all');
      rig.git('--git-dir', rig.gitDir, 'gc', '--quiet', '--prune=now');
      return;
    case 'packRefs':
      rig.git('--git-dir', rig.gitDir, 'pack-refs', '--all');
      return;
    case 'sync':
      return;
    case 'race':
      moveSomething(rig, i);
      await raceSyncs(rig);
      return;
    case 'kill':
      moveSomething(rig, i);
      await killAtPoint(['sync'], given.point, {env: rig.env, cwd: rig.gitDir});
      // Sometimes what was being imported is gone again before anybody looks.
      if (given.point % 3 === 0) moveSomething(rig, i + 100);
      return;
  }
}

/** Not `git branch`: it also names a detached HEAD. */
function branchesOf(rig: CtrRig): string[] {
  return rig.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n').filter(Boolean);
}

/** Several moves at once, so that there is something to race for and to be killed in: a force push among them. */
function moveSomething(rig: CtrRig, i: number): void {
  const branches = branchesOf(rig);
  const name = branches[i % Math.max(1, branches.length)] ?? 'main';
  checkout(rig, {kind: 'forcePush', branch: name, from: i}, branches.includes(name));
  rig.commit(`moved ${i}`, filesOf(rig, [i, i + 7, i + 13], i));
  const dropped = branches.filter((other) => other !== name).slice(2);
  rig.push('HEAD', `HEAD:refs/heads/new-${i}`, ...dropped.map((other) => `:refs/heads/${other}`));
}

/** The branch, at its tip or (before a force push) at an older commit; made where it is not there. */
function checkout(
  rig: CtrRig,
  {kind, branch: name, from}: {kind: string; branch: string; from: number},
  exists: boolean,
): void {
  const commits = rig.git('rev-list', '--all').split('\n').filter(Boolean);
  const start = commits[from % Math.max(1, commits.length)];
  if (start === undefined) rig.git('symbolic-ref', 'HEAD', `refs/heads/${name}`);
  else if (!exists || kind === 'forcePush') rig.git('checkout', '--quiet', '--force', '-B', name, start);
  else rig.git('checkout', '--quiet', '--force', name);
}

/** Contents come again, under the same and under other paths; a directory becomes a file and back. */
function filesOf(rig: CtrRig, numbers: readonly number[], i: number): Record<string, string | Buffer> {
  const made: Record<string, string | Buffer> = {};
  for (const number of numbers) {
    const path = PATHS[number % PATHS.length]!;
    if (Object.keys(made).some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`)))
      continue;
    const content = Math.floor(number / PATHS.length);
    made[path] = path.endsWith('.bin')
      ? Buffer.from([0, content])
      : `word${content} ${number % 2 === 0 ? '' : i}\n`;
    rig.makeWay(path);
  }
  return made;
}
