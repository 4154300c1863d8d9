import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {localFiles} from '../../src/app/workspace/local-files.ts';
import {resolveRevision} from '../../src/read/resolve-revision.ts';
import type {SyncSummary} from '../../src/sync/sync-progress.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {chooseQueries, WORD_KINDS} from './choose-queries.ts';
import {type Answered, askAll} from './closed-loop.ts';
import {generateRepository, type RepositoryShape} from './generate-repository.ts';
import {withReaderOf} from './install.ts';
import {awaitWorker, type Installed} from './installed.ts';
import {progress} from './progress.ts';
import {openRandom, type Random} from './random.ts';
import {sampleTexts} from './sample-texts.ts';
import {chooseRequests, type ServedThings, type ServeRequest} from './serve-requests.ts';
import type {World} from './world.ts';

export const CLIENTS = 2;
/** Pages of each kind that are asked for the first time, one after the other. */
const FIRST_VIEWS = 100;
/** So that a phase does not begin in what the one before left to do. */
const SETTLE_MS = 1000;

/** The requests while nothing else ran, or while an import did. */
export interface ServePhase {
  readonly isBusy: boolean;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly answers: readonly Answered[];
  /** Answers that were not what the server says to the same URL at rest. */
  readonly brokenUrls: readonly string[];
}

export interface ServeReport {
  readonly phases: readonly ServePhase[];
  readonly imports: readonly Pick<SyncSummary, 'elapsedMs' | 'entriesWritten' | 'commitsWritten'>[];
  /** The first view of each page by a fresh server without other clients. */
  readonly firstViews: readonly Answered[];
}

interface ServeBench {
  readonly world: World;
  readonly installed: Installed;
  readonly shape: RepositoryShape;
  readonly rounds: number;
  readonly requestsPerPhase: number;
}

/**
 * Asks a real `ctr serve` the same mix of requests while nothing else runs, while the worker of a push imports a
 * whole other history onto a branch of the same repository, and while nothing runs again; so often, each time other
 * files and another import.
 */
export async function benchServe(bench: ServeBench): Promise<ServeReport> {
  const {world, installed, rounds, requestsPerPhase} = bench;
  const imports = await generateImports(bench);
  const things = await readServed(bench);
  const all = chooseRequests(things, 3 * rounds * requestsPerPhase);
  progress('asking for everything once, to know the right answers');
  const expected = await readExpected(bench, all);
  const firstViews = await measureFirstViews(bench, things);
  await using server = await startServer(world, installed);
  const phases: ServePhase[] = [];
  const measure = async (isBusy: boolean, work: () => Promise<readonly Answered[]>) =>
    void phases.push(phaseOf(isBusy, await work(), expected));
  const take = () => all.splice(0, requestsPerPhase);
  const ask = (requests: Iterable<ServeRequest>) =>
    askAll(server.url, requests, {clients: CLIENTS, signal: world.signal});
  await warmUp(world, server, all);
  const summaries: SyncSummary[] = [];
  for (const [at, source] of imports.entries()) {
    progress(`serving, round ${at + 1} of ${rounds}`);
    await measure(false, () => ask(take()));
    await measure(true, async () => {
      const {answers, summary} = await askDuringImport({...bench, source, round: at}, (isOver) =>
        ask(repeat(take(), isOver)),
      );
      summaries.push(summary);
      return answers;
    });
    await delay(SETTLE_MS);
    await measure(false, () => ask(take()));
  }
  return {phases, imports: summaries, firstViews};
}

/** Histories that have nothing in common with the repository, nor with each other. */
async function generateImports({world, shape, rounds}: ServeBench): Promise<string[]> {
  progress(`generating ${rounds} histories to import`);
  const made: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const gitDir = world.path('import.git');
    await generateRepository(gitDir, world.env['HOME']!, {...shape, seed: shape.seed + round, branches: 1});
    made.push(gitDir);
  }
  return made;
}

async function readServed({world, installed: {gitDir, ref}, shape}: ServeBench): Promise<ServedThings> {
  return withReaderOf(world, gitDir, async (reader) => {
    const random: Random = openRandom(shape.seed);
    const texts = await sampleTexts(reader, {gitDir, ref, random});
    const {snapshot} = await resolveRevision(reader, ref);
    const entries = (await Array.fromAsync(reader.store.scanEntries({snapshot}))).flat();
    return {
      repo: reader.repository.name,
      branch: ref.replace('refs/heads/', ''),
      files: entries.map(({path}) => path).sort(),
      queries: chooseQueries(texts, {count: 200, random, kinds: WORD_KINDS}).map(({query}) => query),
      random,
    };
  });
}

function startServer(world: World, {gitDir}: Installed): Promise<ServeRig> {
  return ServeRig.start([gitDir], {env: world.env, cwd: world.root});
}

async function readExpected(
  {world, installed}: ServeBench,
  requests: readonly ServeRequest[],
): Promise<Map<string, string>> {
  await using server = await startServer(world, installed);
  const answers = await askAll(server.url, requests, {clients: CLIENTS, signal: world.signal});
  const wrong = answers.find(({whole}) => !whole.startsWith('200 '));
  if (wrong) throw new Error(`${wrong.url} was answered by ${wrong.whole}`);
  return new Map(answers.map(({url, whole}) => [url, whole]));
}

/** By a server that has none of these pages yet; one other page has loaded its code. */
async function measureFirstViews(
  {world, installed}: ServeBench,
  things: ServedThings,
): Promise<readonly Answered[]> {
  await using server = await startServer(world, installed);
  await askAll(server.url, chooseRequests(things, 6), {clients: 1, signal: world.signal});
  const chosen = chooseRequests(things, 6 * things.files.length);
  const seen = new Set<string>();
  const isNew = ({url}: ServeRequest) => !seen.has(url) && seen.add(url);
  const pages = (['folder page', 'file page'] as const).flatMap((kind) =>
    chosen
      .filter((request) => request.kind === kind)
      .filter(isNew)
      .slice(0, FIRST_VIEWS),
  );
  // Awaited: the server ends when this block is left.
  return await askAll(server.url, pages, {clients: 1, signal: world.signal});
}

/** Every folder once: there are few, and a server that runs knows them. Files and searches are new in each phase. */
async function warmUp({signal}: World, server: ServeRig, all: readonly ServeRequest[]): Promise<void> {
  const folders = new Map(
    all.filter(({kind}) => kind === 'folder page').map((request) => [request.url, request]),
  );
  await askAll(server.url, [...folders.values(), ...all.slice(-100)], {clients: CLIENTS, signal});
}

/** `ask` asks from the end of the push until the worker has ended. */
async function askDuringImport(
  {world, installed: {gitDir}, source, round}: ServeBench & {source: string; round: number},
  ask: (isOver: () => boolean) => Promise<Answered[]>,
): Promise<{answers: Answered[]; summary: SyncSummary}> {
  await world.git(
    '--git-dir',
    source,
    'push',
    '--quiet',
    gitDir,
    `refs/heads/main:refs/heads/import-${round}`,
  );
  let isOver = false;
  const ended = awaitWorker(gitDir).finally(() => {
    isOver = true;
  });
  const [answers] = await Promise.all([ask(() => isOver), ended]);
  const {workerLog} = localFiles({directory: join(gitDir, 'ctr')});
  const summary = JSON.parse(readFileSync(workerLog, 'utf8').trimEnd().split('\n').at(-1)!) as SyncSummary;
  if (!(summary.commitsWritten > 0)) throw new Error(`nothing was imported: ${JSON.stringify(summary)}`);
  return {answers, summary};
}

/** One after the other and from the beginning again, until it is over. */
function* repeat(requests: readonly ServeRequest[], isOver: () => boolean): Generator<ServeRequest> {
  for (;;) {
    for (const request of requests) {
      if (isOver()) return;
      yield request;
    }
  }
}

function phaseOf(
  isBusy: boolean,
  answers: readonly Answered[],
  expected: ReadonlyMap<string, string>,
): ServePhase {
  const first = Math.min(...answers.map(({sentMs}) => sentMs));
  const last = Math.max(...answers.map(({endedMs}) => endedMs));
  return {
    isBusy,
    seconds: (last - first) / 1000,
    answers,
    brokenUrls: answers.filter(({url, whole}) => whole !== expected.get(url)).map(({url}) => url),
  };
}
