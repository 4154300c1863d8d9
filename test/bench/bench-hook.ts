import {setTimeout as delay} from 'node:timers/promises';
import type {Backend} from './backend.ts';
import {type CommitChain, openCommitChain} from './commit-chain.ts';
import {awaitIdle, awaitWorker, type Installed} from './installed.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

/** A branch of its own: HEAD's has moved on by other measurements. */
const REF = 'refs/heads/bench-hook';
/** Port 9 is that of `discard`, and nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';
/** While the backend is down nothing says when a worker has looked: its start must not fall into the next push. */
const SETTLE_MS = 500;
/** Before every push, so that with and without a hook it begins on a machine that rests equally long. */
const REST_MS = 100;

export interface HookReport {
  readonly backendIs: 'up' | 'down';
  /** What `git push` took, in milliseconds, and what the same push took where there is no hook. */
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
  const measure = (backendIs: HookReport['backendIs'], settle: () => Promise<void>) => {
    progress(`${backend.kind}: ${pushes} pushes with and ${pushes} without a hook, backend ${backendIs}`);
    return measurePushes({chain, hooked: installed.gitDir, plain: twin, pushes, backendIs, settle});
  };
  const up = await measure('up', () => awaitWorker(installed.gitDir));
  // A file beside the repository is never down.
  if (backend.indexUrl === undefined) return [up];
  return [
    up,
    await whileDown(world, backend.indexUrl, installed.gitDir, () => measure('down', () => delay(SETTLE_MS))),
  ];
}

async function whileDown<T>(world: World, url: string, gitDir: string, work: () => Promise<T>): Promise<T> {
  const set = (key: string, value: string) => world.git('--git-dir', gitDir, 'config', key, value);
  await set('ctr.index.url', NOBODY);
  // So that the last worker does not wait for a server for a quarter of an hour.
  await set('ctr.worker.lingerSeconds', '1');
  const result = await work();
  await awaitIdle(gitDir);
  await set('ctr.index.url', url);
  return result;
}

async function measurePushes(plan: {
  chain: CommitChain;
  hooked: string;
  plain: string;
  pushes: number;
  backendIs: HookReport['backendIs'];
  settle: () => Promise<void>;
}): Promise<HookReport> {
  const {chain, hooked, plain, pushes, backendIs, settle} = plan;
  const withMs: number[] = [];
  const withoutMs: number[] = [];
  for (let at = 0; at < pushes; at++) {
    const commit = await chain.next();
    const pushTo = async (gitDir: string) => {
      await delay(REST_MS);
      return chain.push(commit, {gitDir, ref: REF});
    };
    // In turn one or the other first: whoever comes second finds the commit in memory.
    if (at % 2 === 0) withoutMs.push(await pushTo(plain));
    withMs.push(await pushTo(hooked));
    await settle();
    if (at % 2 === 1) withoutMs.push(await pushTo(plain));
  }
  return {backendIs, withMs, withoutMs};
}
