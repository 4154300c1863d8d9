import {z} from 'zod';
import {parseAnyQuery} from '../../../domain/query/parse-query.ts';
import {search} from '../../../read/search.ts';
import {searchCommits} from '../../../read/search-commits.ts';
import {searchEverything} from '../../../read/search-everything.ts';
import {defineEndpoint} from '../endpoint.ts';
import {FACET, FLAG, LOGGED_COMMIT, limitParameter, NEXT_CURSOR, OID, SHOWN, TEXT_SCAN} from '../schemas.ts';
import {FOUND_VERSION, QUERY_FACTS, SEARCH_PARAMETERS} from './search-schemas.ts';

const REVISIONS = z
  .array(z.strictObject({ref: z.string().nullable(), commit: OID}))
  .meta({description: 'All that were searched; none where every version was'});

const FILES_ANSWER = z.strictObject({
  kind: z.literal('files'),
  ...SHOWN,
  total: z.int().meta({description: 'However many are listed'}),
  tookMs: z.int(),
  hits: z.array(FOUND_VERSION),
  revisions: REVISIONS,
  nextCursor: NEXT_CURSOR,
  ...QUERY_FACTS,
  scan: TEXT_SCAN.meta({description: 'Texts that were read for substrings and regular expressions'}),
  notSearchable: FACET.meta({
    description: 'Files of the revision whose text is not in the index, by reason',
  }),
  facets: z
    .strictObject({languages: FACET, extensions: FACET, directories: FACET, notIndexed: FACET})
    .nullable(),
});

const COMMITS_ANSWER = z.strictObject({
  kind: z.literal('commits'),
  ...SHOWN,
  tookMs: z.int(),
  commits: z.array(LOGGED_COMMIT),
  revisions: REVISIONS,
  nextCursor: NEXT_CURSOR,
  ...QUERY_FACTS,
  scan: TEXT_SCAN.meta({description: 'Texts that were read for `sub:`'}),
  notSearchable: FACET.meta({
    description: 'With `sub:`: versions of files whose text is not in the index, by reason; not compared',
  }),
});

export const searchFiles = defineEndpoint(
  {
    id: 'searchFiles',
    word: 'search',
    summary:
      'The files that match, best first, with the lines that match; or the commits that match, newest first',
    description:
      'The query language of `ctr search`: docs/searching.md. A query with `author:`, `message:`, `after:`, `before:`, `changed:` or `type:commit` is about commits.',
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
    answer: z.discriminatedUnion('kind', [FILES_ANSWER, COMMITS_ANSWER]),
    isPaged: true,
    isCostly: true,
  },
  async ({reader, revision, shown, query, cursor, now}) => {
    const {q, limit, linesMax, context, maxBytes, facets: hasFacets, scope} = query;
    const limits = {limit, maxBytes, now: () => now().getTime()};
    const isEverywhere = scope === 'everything';
    const parsed = parseAnyQuery(q);
    if ('commits' in parsed)
      return {
        ...shown,
        ...(await searchCommits(reader, {
          ...limits,
          query: parsed.commits,
          refs: [revision],
          isEverywhere,
          cursor,
        })),
      };
    const asked = {...limits, query: parsed.files, linesMax, contextLines: context};
    if (isEverywhere)
      return {
        kind: 'files',
        ...shown,
        ...(await searchEverything(reader, asked)),
        revisions: [],
        nextCursor: null,
        notSearchable: [],
        facets: null,
      };
    const {facets, ...answer} = await search(reader, {...asked, ref: revision, cursor, hasFacets});
    return {kind: 'files', ...shown, ...answer, facets: facets ?? null};
  },
);
