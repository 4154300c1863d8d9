import {z} from 'zod';
import {parseQuery} from '../../../domain/query/parse-query.ts';
import {search} from '../../../read/search.ts';
import {searchEverything} from '../../../read/search-everything.ts';
import {defineEndpoint} from '../endpoint.ts';
import {FACET, FLAG, limitParameter, NEXT_CURSOR, OID, SHOWN, TEXT_SCAN} from '../schemas.ts';
import {FOUND_VERSION, QUERY_FACTS, SEARCH_PARAMETERS} from './search-schemas.ts';

export const searchFiles = defineEndpoint(
  {
    id: 'searchFiles',
    word: 'search',
    summary: 'The files that match, best first, with the lines that match',
    description: 'The query language of `ctr search`: docs/searching.md.',
    query: z.strictObject({
      ...SEARCH_PARAMETERS,
      limit: limitParameter({max: 200, usual: 20}),
      facets: FLAG.default(false).meta({
        description: 'Also count all matches by language, extension, directory; not of all versions',
      }),
      scope: z
        .enum(['revision', 'everything'])
        .default('revision')
        .meta({description: '`everything`: every version ever, on any branch'}),
    }),
    answer: z.strictObject({
      ...SHOWN,
      total: z.int().meta({description: 'However many are listed'}),
      tookMs: z.int(),
      hits: z.array(FOUND_VERSION),
      revisions: z
        .array(z.strictObject({ref: z.string().nullable(), commit: OID}))
        .meta({description: 'All that were searched; none where every version was'}),
      nextCursor: NEXT_CURSOR,
      ...QUERY_FACTS,
      scan: TEXT_SCAN.meta({description: 'Texts that were read for substrings and regular expressions'}),
      notSearchable: FACET.meta({
        description: 'Files of the revision whose text is not in the index, by reason',
      }),
      facets: z
        .strictObject({languages: FACET, extensions: FACET, directories: FACET, notIndexed: FACET})
        .nullable(),
    }),
    isPaged: true,
    isCostly: true,
  },
  async ({reader, revision, shown, query, cursor, now}) => {
    const {q, limit, linesMax, context, maxBytes, facets: hasFacets, scope} = query;
    const asked = {
      query: parseQuery(q),
      limit,
      linesMax,
      contextLines: context,
      maxBytes,
      now: () => now().getTime(),
    };
    if (scope === 'everything')
      return {
        ...shown,
        ...(await searchEverything(reader, asked)),
        revisions: [],
        nextCursor: null,
        notSearchable: [],
        facets: null,
      };
    const {facets, ...answer} = await search(reader, {...asked, ref: revision, cursor, hasFacets});
    return {...shown, ...answer, facets: facets ?? null};
  },
);
