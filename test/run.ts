/**
 * `npm test`: starts the servers once, runs the test files with their addresses, stops the servers.
 * Arguments: test files or globs, and options of `node --test`; all test files where none is named.
 */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {constants, tmpdir} from 'node:os';
import {join} from 'node:path';
import {box} from './support/run/box.ts';
import {runFiles} from './support/run/run-files.ts';
import {chooseScratchFolder} from './support/run/scratch-folder.ts';
import {needsServers, selectTests, type TestSelection} from './support/run/select-tests.ts';
import {testEnvironment} from './support/run/test-environment.ts';
import {readRequired, type ServerKind} from './support/servers/environment.ts';
import {errorText} from './support/servers/error-text.ts';
import {missingServers, serverVariables, startServers, type TestServers} from './support/servers/index.ts';
import {runTool} from './support/servers/run-tool.ts';

const ROOT = join(import.meta.dirname, '..');

process.env['TMPDIR'] = chooseScratchFolder(process.env);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}

async function main(args: string[]): Promise<number> {
  const required = readRequired(process.env);
  const selection = selectTests(args, {root: ROOT});
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort(signal));
  }
  const servers = await untilInterrupted(openServers(selection), interrupted.signal);
  try {
    const code = await runWithServers(selection, {servers, required, signal: interrupted.signal});
    return interrupted.signal.aborted ? exitCodeOf(interrupted.signal) : code;
  } finally {
    await servers?.stop();
  }
}

async function openServers({files}: TestSelection): Promise<TestServers | undefined> {
  process.stderr.write(`node ${process.versions.node}, ${(await runTool('git', ['--version'])).stdout}`);
  if (!needsServers(files)) return undefined;
  const startedMs = performance.now();
  const servers = await startServers();
  for (const [name, outcome] of [['OpenSearch', servers.opensearch] as const, ['S3', servers.s3] as const]) {
    if ('server' in outcome)
      process.stderr.write(`${name} ${outcome.server.version} at ${outcome.server.url}\n`);
  }
  process.stderr.write(`servers looked up or started in ${Math.round(performance.now() - startedMs)} ms\n`);
  return servers;
}

async function runWithServers(
  selection: TestSelection,
  {
    servers,
    required,
    signal,
  }: {servers: TestServers | undefined; required: ServerKind[]; signal: AbortSignal},
): Promise<number> {
  const missing = servers === undefined ? [] : missingServers(servers);
  const lines = missing.map(({kind, reason}) => `${kind}: ${reason}`);
  if (missing.some(({kind}) => required.includes(kind))) {
    process.stderr.write(box(`FAILED: CTR_TEST_REQUIRE=${required.join(',')}, but these are missing`, lines));
    return 1;
  }
  const announceSkips = () => {
    if (lines.length > 0) process.stderr.write(box('TESTS ARE SKIPPED for want of these servers', lines));
  };
  announceSkips();
  const code = await runInOwnFolder(selection, {
    variables: servers === undefined ? {} : serverVariables(servers),
    signal,
  });
  announceSkips();
  return code;
}

async function runInOwnFolder(
  selection: TestSelection,
  {variables, signal}: {variables: Record<string, string>; signal: AbortSignal},
): Promise<number> {
  const runDir = await mkdtemp(join(tmpdir(), 'ctr-test-'));
  try {
    const env = testEnvironment(process.env, {runDir, servers: variables});
    for (const folder of [env.HOME, env.TMPDIR]) if (folder !== undefined) await mkdir(folder);
    return await runFiles(selection, {root: ROOT, env, signal});
  } finally {
    await rm(runDir, {recursive: true, force: true, maxRetries: 5});
  }
}

/** A first start may take minutes: an interrupt ends it at once. The guards of the servers clean up. */
async function untilInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const exit = () => process.exit(exitCodeOf(signal));
  signal.addEventListener('abort', exit);
  try {
    return await work;
  } finally {
    signal.removeEventListener('abort', exit);
  }
}

function exitCodeOf(signal: AbortSignal): number {
  return 128 + constants.signals[signal.reason as NodeJS.Signals];
}
