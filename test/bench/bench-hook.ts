import {setTimeout as delay} from 'node:timers/promises';
import type {Backend} from './backend.ts';
import {type CommitChain, openCommitChain} from './commit-chain.ts';
import {awaitIdle, awaitWorker, type Installed} from './installed.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

/** A branch of its own: HEAD's has moved on by other measurements. */
const REF = 'refs/heads/bench-hook';
/**
 * Variables for a backend that is down: port 9 is that of `discard`, and has no listener. The worker gives up soon, so
 * that the last one does not wait for a server for a quarter of an hour.
 */
const DOWN = {CTR_INDEX_URL: 'http://127.0.0.1:9', CTR_WORKER_LINGER_SECONDS: '1'};
/** While the backend is down nothing says when a worker has looked: its start must not fall into the next push. */
const SETTLE_MS = 500;
/** Before every push, so that with and without a hook it begins on a machine that rests equally long. */
const REST_MS = 100;

export interface HookReport {
  readonly backendIs: 'up' | 'down';
  /** Times of `git push` in milliseconds, with the hook and without. */
  readonly withMs: readonly number[];
  readonly withoutMs: readonly number[];
}

/** Pushes the same commits in turn to a repository with the hook and to one without. */
export async function benchHook(
  world: World,
  backend: Backend,
  installed: Installed,
  pushes: number,
): Promise<HookReport[]> {
  const chain = await openCommitChain(world, installed.ref);
  const twin = await world.mirror();
  const plan = {chain, hooked: installed.gitDir, plain: twin, pushes};
  progress(`${backend.kind}: ${pushes} pushes with and without a hook`);
  const up = await measurePushes({
    ...plan,
    backendIs: 'up',
    env: {},
    settle: () => awaitWorker(installed.gitDir),
  });
  // A file inside the repository is never down.
  if (backend.indexUrl === undefined) return [up];
  progress(`${backend.kind}: ${pushes} pushes with and without a hook while the backend is down`);
  const down = await measurePushes({...plan, backendIs: 'down', env: DOWN, settle: () => delay(SETTLE_MS)});
  await awaitIdle(installed.gitDir);
  return [up, down];
}

async function measurePushes(plan: {
  chain: CommitChain;
  hooked: string;
  plain: string;
  pushes: number;
  backendIs: HookReport['backendIs'];
  env: NodeJS.ProcessEnv;
  settle: () => Promise<void>;
}): Promise<HookReport> {
  const {chain, hooked, plain, pushes, backendIs, env, settle} = plan;
  const withMs: number[] = [];
  const withoutMs: number[] = [];
  for (let at = 0; at < pushes; at++) {
    const commit = await chain.next();
    const pushTo = async (gitDir: string) => {
      await delay(REST_MS);
      return chain.push(commit, {gitDir, ref: REF, env});
    };
    // In turn one or the other first: the second one finds the commit in memory.
    if (at % 2 === 0) withoutMs.push(await pushTo(plain));
    withMs.push(await pushTo(hooked));
    await settle();
    if (at % 2 === 1) withoutMs.push(await pushTo(plain));
  }
  return {backendIs, withMs, withoutMs};
}
