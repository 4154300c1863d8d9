/**
 * `npm run bench`: measures imports, pushes and searches of a repository, on each backend. Results on stdout.
 * `npm run bench -- --help` says what can be chosen.
 */
import {writeFileSync} from 'node:fs';
import {errorText} from '../support/servers/error-text.ts';
import {startServers, type TestServers} from '../support/servers/index.ts';
import {type Backend, embeddedBackend, serversBackend} from './backend.ts';
import {ratiosOf, readBaseline, renderComparison, writeBaseline} from './baseline.ts';
import {type BackendReport, benchBackend} from './bench-backend.ts';
import {describeMachine, describeSource, loadNow} from './describe.ts';
import {type BenchOptions, parseOptions, USAGE} from './options.ts';
import {progress} from './progress.ts';
import {World} from './world.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options) await bench(options);
    else process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort());
  using world = new World(stop.signal);
  const servers = options.backends.includes('servers') ? await startServers() : undefined;
  try {
    await benchAll(options, world, servers);
  } finally {
    await servers?.stop();
  }
}

async function benchAll(
  options: BenchOptions,
  world: World,
  servers: TestServers | undefined,
): Promise<void> {
  progress(options.repository === undefined ? 'generating a repository' : 'copying the repository');
  await world.putSource(options.repository, options.shape);
  const head = {
    machine: await describeMachine(),
    source: await describeSource(world, options),
    loadBefore: loadNow(),
  };
  process.stdout.write(`${head.machine}\n${head.source}\nload before: ${head.loadBefore}\n`);
  const reports: BackendReport[] = [];
  for (const kind of options.backends) {
    const backend: Backend = kind === 'embedded' ? embeddedBackend() : serversBackend(servers!);
    reports.push(await benchBackend(world, backend, options));
  }
  const loadAfter = loadNow();
  process.stdout.write(`\nload after: ${loadAfter}\n`);
  const measured = {source: head.source, ratios: ratiosOf(reports)};
  if (options.baseline === 'compare') process.stdout.write(`\n${renderComparison(measured, readBaseline())}`);
  if (options.baseline === 'write') writeBaseline(measured);
  if (options.jsonFile !== undefined) {
    writeFileSync(
      options.jsonFile,
      `${JSON.stringify({...head, loadAfter, options: {...options, parts: [...options.parts]}, reports}, null, 1)}\n`,
    );
  }
}
