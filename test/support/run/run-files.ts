import {spawn} from 'node:child_process';
import {join} from 'node:path';
import type {TestSelection} from './select-tests.ts';

/** Ends what hangs. The longest test, with all its parts, takes 90 s here. */
const TEST_MAX_MS = 900_000;
/** Three on two processors take as long, and each of them longer (measured). */
const FILES_AT_ONCE = 2;

/**
 * The files have run, some at a time, their report printed on stdout; returns the exit code.
 * An aborted `signal` ends them (its reason is the name of the system's signal), and the report is still printed.
 */
export async function runFiles(
  {flags, files}: TestSelection,
  {root, env, signal}: {root: string; env: NodeJS.ProcessEnv; signal: AbortSignal},
): Promise<number> {
  const args = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${FILES_AT_ONCE}`,
    `--test-timeout=${TEST_MAX_MS}`,
    `--import=${join(import.meta.dirname, 'fail-on-leak.ts')}`,
    ...flags,
    ...files,
  ];
  const child = spawn(process.execPath, args, {cwd: root, env, stdio: 'inherit'});
  const interrupt = () => child.kill(signal.reason as NodeJS.Signals);
  signal.addEventListener('abort', interrupt, {once: true});
  if (signal.aborted) interrupt();
  const {promise, resolve, reject} = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
