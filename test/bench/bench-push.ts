import {setTimeout as delay} from 'node:timers/promises';
import {parseQuery} from '../../src/domain/query/parse-query.ts';
import type {Reader} from '../../src/read/open-reader.ts';
import {search} from '../../src/read/search.ts';
import {openCommitChain} from './commit-chain.ts';
import {withReaderOf} from './install.ts';
import {awaitWorker, type Installed} from './installed.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

/** Interval of searches: short compared with the measured times, long enough to leave the processor to the worker. */
const POLL_MS = 10;
const FOUND_MAX_MS = 120_000;

export interface PushReport {
  /** From the start of `git push` until a search on the branch finds the pushed word, in milliseconds. */
  readonly foundMs: readonly number[];
  /** Of it, what `git push` itself took. */
  readonly pushMs: readonly number[];
}

/** Pushes commits that change one file each, and searches until each is found. */
export async function benchPushes(world: World, installed: Installed, pushes: number): Promise<PushReport> {
  progress(`pushing ${pushes} commits until they are found`);
  const chain = await openCommitChain(world, installed.ref);
  const foundMs: number[] = [];
  const pushMs: number[] = [];
  await withReaderOf(world, installed.gitDir, async (reader) => {
    for (let at = 0; at < pushes; at++) {
      const commit = await chain.next();
      const startedMs = performance.now();
      const found = untilFound(reader, {
        ref: installed.ref,
        word: commit.word,
        startedMs,
        signal: world.signal,
      });
      const [pushed, elapsed] = await Promise.all([chain.push(commit, installed), found]);
      pushMs.push(pushed);
      foundMs.push(elapsed);
      await awaitWorker(installed.gitDir);
    }
  });
  return {foundMs, pushMs};
}

async function untilFound(
  reader: Reader,
  {ref, word, startedMs, signal}: {ref: string; word: string; startedMs: number; signal: AbortSignal},
): Promise<number> {
  for (;;) {
    const {total} = await search(reader, {
      query: parseQuery(word),
      ref,
      limit: 1,
      now: () => performance.now(),
    });
    const elapsedMs = performance.now() - startedMs;
    if (total > 0) return elapsedMs;
    // So that a hook that does not work ends the run instead of holding it for ever.
    if (elapsedMs > FOUND_MAX_MS) throw new Error(`a push is not found after ${FOUND_MAX_MS / 1000} s`);
    await delay(POLL_MS, undefined, {signal});
  }
}
