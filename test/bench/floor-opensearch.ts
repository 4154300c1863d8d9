import {randomUUID} from 'node:crypto';
import {closeSync, openSync, writeSync} from 'node:fs';
import type {IndexStore} from '../../src/store/index-store.ts';
import {type Collections, collectionsOf} from '../../src/store/opensearch/collections.ts';
import {putCommits} from '../../src/store/opensearch/commits.ts';
import {putEntries} from '../../src/store/opensearch/entries.ts';
import {openOpenSearchIndex} from '../../src/store/opensearch/open-opensearch-index.ts';
import type {Server} from '../../src/store/opensearch/server.ts';
import {CtrError} from '../../src/util/ctr-error.ts';
import {retry} from '../../src/util/retry.ts';
import type {Floors} from './floor.ts';
import {type Recording, readParts} from './recording.ts';
import type {World} from './world.ts';

/** The bodies of the store's own `_bulk` requests, one after another in a file, and where each one goes. */
interface BulkFile {
  readonly handle: number;
  readonly lengths: readonly number[];
  readonly targets: readonly string[];
}

/** The bytes of the store's own bulk requests over plain HTTP into the same mappings, one or as many at a time. */
export async function openOpenSearchFloors(world: World, url: string, recording: Recording): Promise<Floors> {
  const index = `bench-floor-${randomUUID()}`;
  const collections = collectionsOf(index, 1);
  const names = Object.values(collections)
    .map(({concrete}) => concrete)
    .join(',');
  const bulks = await writeBulkFile(world.path('bulks'), recording, collections);
  async function measure(inFlightOf: (store: IndexStore) => number): Promise<number> {
    await using cleanup = new AsyncDisposableStack();
    const store = cleanup.use(await openOpenSearchIndex({url, index}));
    cleanup.defer(
      async () => void (await send(url, {method: 'DELETE', target: `/${names}?ignore_unavailable=true`})),
    );
    await store.createCollections();
    const startedMs = performance.now();
    await sendAll(url, bulks, {inFlight: inFlightOf(store), signal: world.signal});
    await send(url, {method: 'POST', target: `/${names}/_refresh`});
    return (performance.now() - startedMs) / 1000;
  }

  return {
    floors: [
      {title: 'a bare _bulk loop', measure: () => measure(() => 1)},
      {
        title: '_bulk, as many at a time as ctr',
        measure: () => measure(({writeConcurrency}) => writeConcurrency),
      },
    ],
    async [Symbol.asyncDispose]() {
      closeSync(bulks.handle);
    },
  };
}

async function writeBulkFile(
  file: string,
  recording: Recording,
  {files, commits}: Collections,
): Promise<BulkFile> {
  const handle = openSync(file, 'w+');
  const lengths: number[] = [];
  const targets: string[] = [];
  const server = notingServer((target, lines) => {
    writeSync(handle, lines);
    lengths.push(lines.length);
    targets.push(target);
  });
  for (const batch of recording.batches()) {
    if (batch.kind === 'entries') await putEntries(server, files, batch.entries);
    else await putCommits(server, commits, batch.commits);
  }
  return {handle, lengths, targets};
}

/** Takes bulk requests and answers that everything was written. */
function notingServer(note: (target: string, lines: Buffer) => void): Server {
  return {
    url: 'http://nowhere',
    tools: {},
    async sendOnce({path, query, lines}) {
      note(`${path}?${new URLSearchParams(query as Record<string, string>)}`, lines!);
      const newlines = lines!.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
      return {
        status: 200,
        body: {items: Array.from({length: newlines / 2}, () => ({create: {status: 201}}))},
      };
    },
    async send() {
      throw new Error('a bulk request was expected');
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function sendAll(
  url: string,
  {handle, lengths, targets}: BulkFile,
  {inFlight, signal}: {inFlight: number; signal: AbortSignal},
): Promise<void> {
  const bodies = readParts(handle, lengths);
  let next = 0;
  const sendInTurn = async () => {
    while (next < targets.length) {
      const target = targets[next++]!;
      const body = bodies.next().value as Buffer<ArrayBuffer>;
      const {errors} = await send(url, {method: 'POST', target, body, signal});
      if (errors) throw new Error('OpenSearch refused a document of the floor');
    }
  };
  await Promise.all(Array.from({length: inFlight}, sendInTurn));
}

interface PlainRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: Buffer<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** A server that is short of memory for a moment is asked again, as ctr asks it. */
const PATIENCE = {attemptsMax: 60, firstDelayMs: 100, delayMaxMs: 1000};

async function send(url: string, request: PlainRequest): Promise<{errors?: boolean}> {
  return retry(() => sendOnce(url, request), PATIENCE);
}

async function sendOnce(
  url: string,
  {method, target, body, signal}: PlainRequest,
): Promise<{errors?: boolean}> {
  const headers = {'content-type': 'application/x-ndjson'};
  const response = await fetch(`${url}${target}`, {
    method,
    ...(signal && {signal}),
    ...(body && {body, headers}),
  });
  const answer = await response.text();
  if (response.status === 429)
    throw new CtrError('BACKEND_UNAVAILABLE', `OpenSearch is overloaded: ${answer}`);
  if (!response.ok)
    throw new Error(`${method} ${target} answered ${response.status}: ${answer.slice(0, 500)}`);
  return JSON.parse(answer) as {errors?: boolean};
}
