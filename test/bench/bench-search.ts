import {parseQuery} from '../../src/domain/query/parse-query.ts';
import type {Reader} from '../../src/read/open-reader.ts';
import {search} from '../../src/read/search.ts';
import {type ChosenQuery, chooseQueries, type QueryKind} from './choose-queries.ts';
import {withReaderOf} from './install.ts';
import type {Installed} from './installed.ts';
import {progress} from './progress.ts';
import {openRandom} from './random.ts';
import {sampleTexts} from './sample-texts.ts';
import type {World} from './world.ts';

/** The limit on a terminal. */
const LIMIT = 20;
const ROUNDS = 3;

export interface SearchTime {
  readonly kind: QueryKind;
  readonly query: string;
  readonly ms: number;
  readonly total: number;
  /** `git grep` for the same files, its start included; undefined where it cannot say that. */
  readonly gitGrepMs: number | undefined;
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
      for (const query of chosen) {
        const time = await measureSearch(reader, ref, query);
        times.push({...time, gitGrepMs: await measureGitGrep(world, {gitDir, ref}, query)});
      }
    }
    return times;
  });
}

async function measureGitGrep(
  world: World,
  {gitDir, ref}: Pick<Installed, 'gitDir' | 'ref'>,
  {gitGrep}: ChosenQuery,
): Promise<number | undefined> {
  if (!gitGrep) return undefined;
  const [kind, pattern] = gitGrep;
  const options = ['--ignore-case', '--files-with-matches', kind!, '-e', pattern!, ref];
  const startedMs = performance.now();
  // Its exit code is 1 where nothing is found.
  await world.git('--git-dir', gitDir, 'grep', ...options).catch((error: {code?: unknown}) => {
    if (error.code !== 1) throw error;
  });
  return performance.now() - startedMs;
}

async function measureSearch(
  reader: Reader,
  ref: string,
  {kind, query}: ChosenQuery,
): Promise<Omit<SearchTime, 'gitGrepMs'>> {
  const startedMs = performance.now();
  const {total} = await search(reader, {
    query: parseQuery(query),
    ref,
    limit: LIMIT,
    now: () => performance.now(),
  });
  return {kind, query, ms: performance.now() - startedMs, total};
}
