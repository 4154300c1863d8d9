import {randomUUID} from 'node:crypto';
import {type Collections, collectionsOf} from '../../src/store/opensearch/collection-indexes.ts';
import {putCommits} from '../../src/store/opensearch/commits.ts';
import {putEntries} from '../../src/store/opensearch/entries.ts';
import {openOpenSearchIndex} from '../../src/store/opensearch/open-opensearch-index.ts';
import type {Server} from '../../src/store/opensearch/server.ts';
import {type FloorRun, type Floors, measureBoth, runFloor} from './floors.ts';
import {PartsFile} from './parts-file.ts';
import {readBatches} from './recording.ts';
import {sendPlainly} from './send-plainly.ts';
import type {World} from './world.ts';

/** The bytes of the store's own bulk requests over plain HTTP into the same mappings, one or as many at a time. */
export async function openOpenSearchFloors(world: World, url: string, recording: string): Promise<Floors> {
  const index = `bench-floor-${randomUUID()}`;
  const bulks = world.path('bulks');
  const collections = await writeBulks(bulks, recording, index);
  const names = Object.values(collections)
    .map(({concrete}) => concrete)
    .join(',');
  // As an import, which comes after `ctr install`, it finds the collections.
  async function run(kind: 'bareLoop' | 'engineAlone'): Promise<FloorRun> {
    await using cleanup = new AsyncDisposableStack();
    const store = cleanup.use(await openOpenSearchIndex({url, index}));
    cleanup.defer(
      async () =>
        void (await sendPlainly(url, {method: 'DELETE', target: `/${names}?ignore_unavailable=true`})),
    );
    await store.createCollections();
    const inFlight = kind === 'bareLoop' ? 1 : store.writeConcurrency;
    // Awaited: the collections go when this block is left.
    return await runFloor(world, 'run-opensearch-floor.ts', [url, bulks, names, String(inFlight)]);
  }

  return {
    titles: ['a bare _bulk loop', 'its storing alone', '_bulk, as many at a time as ctr'],
    measure: () => measureBoth(run),
  };
}

async function writeBulks(file: string, recording: string, index: string): Promise<Collections> {
  using bulks = new PartsFile(file);
  const server = notingServer((target, lines) => bulks.put(target, lines));
  const collections = collectionsOf(server, index, 1);
  const {files, commits} = collections;
  for (const batch of readBatches(recording)) {
    if (batch.kind === 'entries') await putEntries(files, batch.entries, {isReplacing: false});
    else await putCommits(commits, batch.commits, {isReplacing: false});
  }
  return collections;
}

/** Takes bulk requests and answers that everything was written. */
function notingServer(note: (target: string, lines: Buffer) => void): Server {
  return {
    url: 'http://nowhere',
    tools: {},
    timeoutMs: 0,
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
