import assert from 'node:assert/strict';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {measureProgram} from './measure-process.ts';
import type {World} from './world.ts';

/**
 * Ways to store the same documents with nothing around them: neither Git, nor what ctr makes of it, nor refs. Each is a
 * program that reads the documents from a file.
 */
export interface Floors {
  readonly titles: readonly [bareLoop: string, storingAlone: string, engineAlone: string];
  /** Stores all documents into a fresh index, which is gone afterwards; once in turn, and once as fast as the engine can. */
  measure(): Promise<FloorSeconds>;
}

/** In the order of the titles. */
export type FloorSeconds = readonly [bareLoop: number, storingAlone: number, engineAlone: number];

export interface FloorRun {
  /** From the start of the program to its end, as an import is measured. */
  readonly seconds: number;
  /** Of it, what storing took. */
  readonly storingSeconds: number;
}

/** Runs a floor's program, which writes the seconds of storing to stdout. */
export async function runFloor(
  {env, signal}: World,
  program: string,
  args: readonly string[],
): Promise<FloorRun> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  // As ctr does: it starts no slower.
  const cached = {...env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache')};
  const {seconds, stdout} = await measureProgram([file, ...args], {env: cached, signal});
  const storingSeconds = Number(stdout);
  assert.ok(storingSeconds > 0, `${program} says how long storing took: ${stdout}`);
  return {seconds, storingSeconds};
}

/** Both floors, one after the other. */
export async function measureBoth(
  run: (kind: 'bareLoop' | 'engineAlone') => Promise<FloorRun>,
): Promise<FloorSeconds> {
  const loop = await run('bareLoop');
  const engine = await run('engineAlone');
  return [loop.seconds, loop.storingSeconds, engine.storingSeconds];
}
