import {makeNameTest} from '../../domain/query/name-test.ts';
import type {Query} from '../../domain/query/query.ts';
import {hitsWithin, notesOf, type SearchOptions} from '../../read/answer-facts.ts';
import {type SearchAnswer, search} from '../../read/search.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {whileTogether} from '../../util/together.ts';
import type {Site, SiteRepository} from './site.ts';

/** So many are asked at once. */
const ASKED_AT_ONCE = 64;
/** Repositories that are not asked until then are named as not answered. */
const ASKED_MAX_MS = 20_000;

/** The hits of one repository. */
export interface RepositoryAnswer extends Pick<SearchAnswer, 'ref' | 'commit' | 'total' | 'hits'> {
  readonly repository: string;
}

/** A repository that did not answer, and why: one sentence. */
export interface UnansweredRepository {
  readonly repository: string;
  readonly reason: string;
}

export interface SiteAnswer
  extends Pick<SearchAnswer, 'unknownFilters' | 'notes' | 'tookMs' | 'hitsLeftOut'> {
  /** How many files match in all repositories that answered. */
  readonly total: number;
  /** How many repositories answered. */
  readonly searched: number;
  /** The repositories with hits; the one with the best hit first, equal ones by name. */
  readonly repositories: readonly RepositoryAnswer[];
  readonly unanswered: readonly UnansweredRepository[];
}

/**
 * Searches the default branch of every repository of the site, or what the query names; of each at most `limit` hits.
 * One repository that cannot be read hides no other.
 */
export async function searchSite(site: Site, options: SearchOptions): Promise<SiteAnswer> {
  const {query, now} = options;
  const startedAt = now();
  const wanted = makeNameTest(query.scope.repositories);
  const repositories = (await site.listRepositories()).filter(({name}) => wanted(name));
  const answers: (RepositoryAnswer | UnansweredRepository)[] = [];
  const cutShort: string[] = [];
  const left = repositories.values();
  const ask = async () => {
    for (const repository of left) {
      const isLate = now() - startedAt > ASKED_MAX_MS;
      answers.push(isLate ? tooLate(repository) : await askOne(repository, options, cutShort));
    }
  };
  await whileTogether(() => Promise.all(Array.from({length: ASKED_AT_ONCE}, ask)));
  const answered = answers.flatMap((answer) => ('hits' in answer ? [answer] : []));
  const found = answered.filter(({hits}) => hits.length > 0).sort(byBestHit);
  const shown = shorten(found, options.maxBytes);
  const total = answered.reduce((sum, answer) => sum + answer.total, 0);
  return {
    total,
    searched: answered.length,
    repositories: shown,
    hitsLeftOut: countHits(found) - countHits(shown),
    unanswered: answers.flatMap((answer) => ('reason' in answer ? [answer] : [])).sort(byName),
    unknownFilters: query.unknownFilters,
    notes: [
      ...notesOf(query, total),
      ...cutShort.sort().map((name) => `Not all texts of ${name} were read before the limit of one search.`),
    ],
    tookMs: Math.round(now() - startedAt),
  };
}

/** Adds the name of a repository of which not all texts could be read to `cutShort`. */
async function askOne(
  repository: SiteRepository,
  options: SearchOptions,
  cutShort: string[],
): Promise<RepositoryAnswer | UnansweredRepository> {
  const query: Query = {...options.query, scope: {...options.query.scope, repositories: []}};
  try {
    const {ref, commit, total, hits, scan} = await repository.withReader((reader) =>
      search(reader, {...options, query, hasNotSearchable: false}),
    );
    if (scan?.isComplete === false) cutShort.push(repository.name);
    return {repository: repository.name, ref, commit, total, hits};
  } catch (error) {
    // The mistake of the asker is the same everywhere.
    if (!(error instanceof CtrError) || error.code === 'QUERY' || error.code === 'USAGE') throw error;
    return {repository: repository.name, reason: error.message};
  }
}

function tooLate({name}: SiteRepository): UnansweredRepository {
  return {repository: name, reason: 'there was no time left to ask it'};
}

/** The first hits that fit into so many bytes, of any repository; at least one. */
function shorten(answers: readonly RepositoryAnswer[], maxBytes: number | undefined): RepositoryAnswer[] {
  const hits = answers.flatMap((answer) => answer.hits.map((hit) => ({...hit, answer: answer.repository})));
  const left = new Map<string, number>();
  for (const {answer} of hitsWithin(hits, maxBytes)) left.set(answer, (left.get(answer) ?? 0) + 1);
  return answers.flatMap((answer) => {
    const count = left.get(answer.repository) ?? 0;
    return count === 0 ? [] : [{...answer, hits: answer.hits.slice(0, count)}];
  });
}

function countHits(answers: readonly RepositoryAnswer[]): number {
  return answers.reduce((sum, {hits}) => sum + hits.length, 0);
}

function byBestHit(left: RepositoryAnswer, right: RepositoryAnswer): number {
  return right.hits[0]!.score - left.hits[0]!.score || byName(left, right);
}

function byName(left: {repository: string}, right: {repository: string}): number {
  return left.repository < right.repository ? -1 : 1;
}
