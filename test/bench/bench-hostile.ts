import {readFileSync, writeFileSync} from 'node:fs';
import {HOSTILE_QUERIES} from '../support/hostile-queries.ts';
import {runCtr} from '../support/run-ctr.ts';
import {ServeRig} from '../support/serve-rig.ts';
import type {Installed} from './installed.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

/** One query, asked in three ways, one after the other. */
export interface HostileTime {
  readonly name: string;
  /** The API's status: 200 answered, 400 refused. */
  readonly status: number;
  readonly commandMs: number;
  readonly apiMs: number;
  readonly pageMs: number;
  /** The most memory that a read process had while it answered. Undefined where the kernel does not tell. */
  readonly readerPeakBytes: number | undefined;
}

export interface HostileReport {
  readonly queries: readonly HostileTime[];
  /** How long `/healthz` took, asked without a pause all the while. */
  readonly healthMs: readonly number[];
  /** The most memory that the server itself ever had. */
  readonly serverPeakBytes: number;
}

/** Asks a real `ctr serve`, and the command line in this process, each query that is hostile to a search engine. */
export async function benchHostile(world: World, {gitDir}: Installed): Promise<HostileReport> {
  await using server = await ServeRig.start([gitDir], {env: world.env, cwd: world.root});
  const {repositories} = (await (await fetch(`${server.url}api/v1/repositories`)).json()) as {
    repositories: readonly {readonly name: string}[];
  };
  const repository = encodeURIComponent(repositories[0]!.name);
  const ending = new AbortController();
  const health = askHealth(server, ending.signal);
  const queries: HostileTime[] = [];
  for (const [i, {name, query}] of HOSTILE_QUERIES.entries()) {
    world.signal.throwIfAborted();
    progress(`hostile query ${i + 1} of ${HOSTILE_QUERIES.length}`);
    for (const pid of server.listReadProcesses()) resetPeak(pid);
    const q = encodeURIComponent(query.toWellFormed());
    const api = await timed(() => ask(`${server.url}api/v1/${repository}/head/search?q=${q}`));
    const page = await timed(() => ask(`${server.url}${repository}/search?q=${q}`));
    const peaks = server.listReadProcesses().flatMap((pid) => readPeak(pid) ?? []);
    const command = await timed(() => runCtr(['search', '--repo', gitDir, '--', query], {env: world.env}));
    queries.push({
      name,
      status: api.result,
      apiMs: api.ms,
      pageMs: page.ms,
      commandMs: command.ms,
      readerPeakBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
    });
  }
  ending.abort();
  return {queries, healthMs: await health, serverPeakBytes: server.readPeakMemory()};
}

async function ask(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
}

async function askHealth({url}: ServeRig, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!signal.aborted) times.push((await timed(() => ask(`${url}healthz`))).ms);
  return times;
}

async function timed<T>(work: () => Promise<T>): Promise<{result: T; ms: number}> {
  const startedMs = performance.now();
  const result = await work();
  return {result, ms: performance.now() - startedMs};
}

/** The greatest memory of a process is counted from now on. Source: proc_pid_clear_refs(5), 5. */
function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function readPeak(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
