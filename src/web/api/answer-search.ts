import {z} from 'zod';
import {searchSite} from '../../app/site/search-site.ts';
import type {Site} from '../../app/site/site.ts';
import {parseQuery} from '../../domain/query/parse-query.ts';
import {FOUND_FILE, QUERY_FACTS, SEARCH_PARAMETERS} from './endpoints/search-schemas.ts';
import {limitParameter, OID} from './schemas.ts';

export const SITE_SEARCH_QUERY = z.strictObject({
  ...SEARCH_PARAMETERS,
  limit: limitParameter({max: 50, usual: 5}).meta({description: 'Hits of one repository at most'}),
});

export const SITE_SEARCH_ANSWER = z.strictObject({
  total: z.int().meta({description: 'Files that match in all repositories that answered'}),
  tookMs: z.int(),
  searched: z.int().meta({description: 'Repositories that answered'}),
  repositories: z.array(
    z.strictObject({
      repository: z.string(),
      ref: z.string().nullable(),
      commit: OID,
      total: z.int(),
      hits: z.array(FOUND_FILE),
    }),
  ),
  unanswered: z
    .array(z.strictObject({repository: z.string(), reason: z.string()}))
    .meta({description: 'Repositories that did not answer; `total` says nothing of them'}),
  ...QUERY_FACTS,
});

/** All repositories in one answer. */
export async function answerSearch(
  site: Site,
  {q, limit, linesMax, context, maxBytes}: z.output<typeof SITE_SEARCH_QUERY>,
  now: () => Date,
): Promise<object> {
  const query = parseQuery(q);
  const options = {query, limit, linesMax, contextLines: context, maxBytes, now: () => now().getTime()};
  return searchSite(site, options);
}
