import {openBlobReader} from '../../src/git/blob-stream.ts';
import {openRepository} from '../../src/git/repository.ts';
import type {Reader} from '../../src/read/open-reader.ts';
import {resolveRevision} from '../../src/read/resolve-revision.ts';
import {search} from '../../src/read/search.ts';
import {type ChosenQuery, chooseQueries, type QueryKind, type SampleText} from './choose-queries.ts';
import {withReaderOf} from './install.ts';
import type {Installed} from './installed.ts';
import {progress} from './progress.ts';
import {openRandom, type Random} from './random.ts';
import type {World} from './world.ts';

const SAMPLE_TEXTS = 500;
const SAMPLE_MAX_BYTES = 1_000_000;
/** What a person sees on a terminal. */
const LIMIT = 20;
const ROUNDS = 3;

export interface SearchTime {
  readonly kind: QueryKind;
  readonly query: string;
  readonly ms: number;
  readonly total: number;
}

/** Every query is asked once to warm up and three times for the clock, in this process, on HEAD's branch. */
export async function benchSearches(
  world: World,
  {gitDir, ref}: Installed,
  {queries, seed}: {queries: number; seed: number},
): Promise<SearchTime[]> {
  return withReaderOf(world, gitDir, async (reader) => {
    const random = openRandom(seed);
    const texts = await sampleTexts(reader, {gitDir, ref, random});
    const chosen = chooseQueries(texts, {count: queries, random});
    progress(`searching ${ref} with ${chosen.length} queries`);
    for (const query of chosen) await measureSearch(reader, ref, query);
    const times: SearchTime[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const query of chosen) times.push(await measureSearch(reader, ref, query));
    }
    return times;
  });
}

async function measureSearch(reader: Reader, ref: string, {kind, query}: ChosenQuery): Promise<SearchTime> {
  const startedMs = performance.now();
  const {total} = await search(reader, {query, ref, limit: LIMIT, now: () => performance.now()});
  return {kind, query, ms: performance.now() - startedMs, total};
}

/** Some of the branch's texts, as Git has them. */
async function sampleTexts(
  reader: Reader,
  {gitDir, ref, random}: {gitDir: string; ref: string; random: Random},
): Promise<SampleText[]> {
  const {snapshot} = await resolveRevision(reader, ref);
  const texts: {path: string; oid: string}[] = [];
  for await (const batch of reader.store.scanEntries({snapshot})) {
    texts.push(...batch.filter(({kind, sizeBytes}) => kind === 'text' && sizeBytes < SAMPLE_MAX_BYTES));
  }
  // The store gives them in no particular order, and the choice must be the same on every backend.
  texts.sort((a, b) => (a.path < b.path ? -1 : 1));
  const chosen = Array.from({length: Math.min(SAMPLE_TEXTS, texts.length)}, () => random.pick(texts));
  const samples: SampleText[] = [];
  const reading = openBlobReader(await openRepository(gitDir), {holdMaxBytes: SAMPLE_MAX_BYTES}).read(
    chosen.map(({oid}) => oid),
  );
  for await (const blob of reading) {
    const {path} = chosen[samples.length]!;
    samples.push({path, content: 'bytes' in blob ? blob.bytes.toString() : ''});
  }
  return samples;
}
