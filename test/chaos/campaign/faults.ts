import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {main} from '../../../src/cli/main.ts';
import {type CtrRig, until} from '../../support/ctr-rig.ts';
import {holdPushes} from '../../support/hold-pushes.ts';
import {killAtPoint, stopAtPoint} from '../../support/kill.ts';
import {listProcessesIn, ServeRig} from '../../support/serve-rig.ts';
import {readWhilePushing} from './crowd.ts';
import {STORM_VERBS, VERBS, type Verb} from './verbs.ts';
import {draw, moveSomething, pick, type World, withHook} from './world.ts';

/** Something that goes wrong once. Whatever it leaves, one sync must make good. */
export interface Fault {
  readonly name: string;
  /** Both backends unless named. */
  readonly backend?: 'embedded' | 'servers';
  /** Returns what happened, for the campaign's log. */
  strike(world: World): Promise<string>;
}

/** The exit code of a failure that nobody has thought of. */
const BUG = 70;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const YEAR_MS = 365 * 24 * 3600 * 1000;

export const FAULTS: readonly Fault[] = [
  ...VERBS.map(killed),
  ...VERBS.map(signalled),
  ...STORM_VERBS.map(inStorm),
  {
    name: 'the clock jumps',
    async strike(world) {
      moveSomething(world);
      const byMs = Math.round((world.random() - 0.5) * 20 * YEAR_MS);
      await syncAt(world.rig, () => new Date(Date.now() + byMs));
      return `by ${Math.round(byMs / YEAR_MS)} years`;
    },
  },
  {
    name: 'the folder of the index is restored from a copy',
    backend: 'embedded',
    async strike(world) {
      const {rig} = world;
      const [folder, copy] = [join(rig.gitDir, 'ctr'), join(rig.root, 'copy-of-ctr')];
      cpSync(folder, copy, {recursive: true, verbatimSymlinks: true});
      moveSomething(world);
      await rig.sync();
      await rig.assertEventsDelivered();
      moveSomething(world, 1);
      rmSync(folder, {recursive: true});
      cpSync(copy, folder, {recursive: true, verbatimSymlinks: true});
      rmSync(copy, {recursive: true});
      return 'as it was some pushes ago';
    },
  },
  {name: 'a copy of the repository is synced', strike: syncCopy},
  {name: 'the server is ended in a push', strike: (world) => withHook(world, () => endServerInPush(world))},
  {
    name: 'pushes beside readers, syncs, prunes and a reindex',
    strike: (world) => withHook(world, () => readWhilePushing(world)),
  },
];

/** `kill -9` before one of the side effects of a command. */
function killed(verb: Verb): Fault {
  return {
    name: `kill -9 in ${verb.name}`,
    async strike(world) {
      const {rig} = world;
      const args = await verb.prepare(world);
      const n = draw(world, verb.pointsMax);
      const wasKilled = await killAtPoint(args, n, {env: rig.env, cwd: rig.gitDir});
      await verb.finish(world, args);
      return wasKilled ? `at point ${n}` : `ended before point ${n}`;
    },
  };
}

/** A signal that asks a command to end, while it is at one of its side effects. */
function signalled(verb: Verb): Fault {
  return {
    name: `a signal in ${verb.name}`,
    async strike(world) {
      const {rig} = world;
      const args = await verb.prepare(world);
      const n = draw(world, verb.pointsMax);
      const signal = pick(world, SIGNALS);
      const run = await stopAtPoint(args, n, {env: rig.env, cwd: rig.gitDir});
      run.goOn(signal);
      const {code, stderr} = await run.ended;
      assert.notEqual(code, BUG, stderr);
      await verb.finish(world, args);
      return run.isStopped ? `${signal} at point ${n}` : `ended before point ${n}`;
    },
  };
}

/** Connections to both servers break and stand still while a command runs. */
function inStorm(verb: Verb): Fault {
  return {
    name: `bad connections in ${verb.name}`,
    backend: 'servers',
    async strike(world) {
      const {rig, storms, random} = world;
      const args = await verb.prepare(world);
      for (const storm of storms) storm.rise(random);
      const {code, stderr} = await rig.spawnCtr(args).finally(() => {
        for (const storm of storms) storm.settle();
      });
      assert.notEqual(code, BUG, stderr);
      assert.notEqual(code, null, stderr);
      await verb.finish(world, args);
      return `exit code ${code}`;
    },
  };
}

/** A sync in a process whose clock says something else. */
async function syncAt({env, gitDir}: CtrRig, now: () => Date): Promise<void> {
  const [stdout, stderr] = [new PassThrough().resume(), new PassThrough()];
  const isTerminal = {stdout: false, stderr: false};
  const code = await main(['sync'], {env, cwd: gitDir, stdout, stderr, isTerminal, now});
  assert.equal(code, 0, String(stderr.read()));
}

/**
 * `cp -r` of a repository that ctr is installed in: both have one `ctr.id`. On servers the copy would write into the
 * index of the first, and is refused; an embedded index was copied as well, and each has its own.
 */
async function syncCopy(world: World): Promise<string> {
  const {rig, backend} = world;
  const copy = join(rig.root, 'copy.git');
  moveSomething(world);
  cpSync(rig.gitDir, copy, {recursive: true, verbatimSymlinks: true});
  try {
    rig.git('--git-dir', copy, 'update-ref', '-d', 'refs/heads/main');
    rig.git('--git-dir', copy, 'config', '--unset', 'ctr.onSync');
    const {code, stderr} = await rig.tryCtr('sync', '--repo', copy);
    if (backend === 'embedded') assert.equal(code, 0, stderr);
    else assert.ok(code === 2 || code === 3, `the copy was not refused: exit code ${code}: ${stderr}`);
    return `exit code ${code}`;
  } finally {
    rmSync(copy, {recursive: true});
  }
}

/** A push over HTTP is held in its pre-receive hook while the server gets a signal; then ctr's own hook runs. */
async function endServerInPush(world: World): Promise<string> {
  const {rig} = world;
  const number = world.nextNumber();
  const signal = pick(world, ['SIGTERM', 'SIGINT', 'SIGKILL'] as const);
  rig.git('checkout', '--quiet', '--force', '-B', `served-${number}`);
  rig.commit('pushed over HTTP', {'served.txt': `${number}\n`});
  const held = holdPushes(rig);
  const {stdout} = await rig.ctr('token', 'create', `token-${number}`, rig.root, '--scope', 'push');
  const server = await ServeRig.start([rig.root], {env: rig.env, cwd: rig.root});
  const url = server.url.replace('://', `://any:${stdout.toString().trim()}@`);
  const client = spawn('git', ['push', '--quiet', `${url}repo.git`, 'HEAD'], {
    cwd: rig.work,
    env: {...rig.env, GIT_TERMINAL_PROMPT: '0'},
    stdio: 'ignore',
  });
  const ended = once(client, 'close') as Promise<[number | null]>;
  try {
    await until(() => held.isReached() || client.exitCode !== null, 'the push to reach its hook');
    server.signal(signal);
  } finally {
    held.open();
  }
  const [code] = await ended;
  if (signal !== 'SIGKILL') {
    await server.ended();
    assert.equal(code, 0, 'a server that is told to end lets the push finish');
  }
  // Of a server that was killed, Git may still be at work.
  await until(() => listProcessesIn(rig.gitDir).length === 0, 'all processes in the repository to end');
  held.remove();
  return `${signal}, git push: exit code ${code}`;
}
