import {z} from 'zod';
import {FILTERS} from '../../../domain/query/filters.ts';
import {parseQuery} from '../../../domain/query/parse-query.ts';
import {search} from '../../../read/search.ts';
import {searchEverything} from '../../../read/search-everything.ts';
import {defineEndpoint} from '../endpoint.ts';
import {ENTRY_KIND, FLAG, limitParameter, NEXT_CURSOR, OID, PATH, SHOWN} from '../schemas.ts';

/** The query language's own limit: see docs/searching.md. */
const QUERY_MAX_CHARS = 4096;

const FACET = z.array(z.strictObject({value: z.string(), count: z.int()})).meta({id: 'Facet'});

export const searchFiles = defineEndpoint(
  {
    id: 'searchFiles',
    word: 'search',
    summary: 'The files that match, best first, with the lines that match',
    description: 'The query language of `ctr search`: docs/searching.md.',
    query: z.strictObject({
      q: z.string().max(QUERY_MAX_CHARS),
      limit: limitParameter({max: 200, usual: 20}),
      linesMax: z.coerce
        .number()
        .int()
        .min(0)
        .max(1000)
        .default(20)
        .meta({description: 'Lines of one file at most: those with most clauses of the query'}),
      context: z.coerce
        .number()
        .int()
        .min(0)
        .max(20)
        .default(0)
        .meta({description: 'Lines before and after each line that matches'}),
      maxBytes: z.coerce.number().int().min(1000).max(10_000_000).default(1_000_000).meta({
        description: 'Of the hits as JSON; hits that do not fit are left out, and `hitsLeftOut` counts them',
      }),
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
      hits: z.array(
        z.strictObject({
          path: PATH,
          oid: OID,
          kind: ENTRY_KIND,
          language: z.string().nullable(),
          score: z.number(),
          sizeBytes: z.int(),
          lines: z.array(
            z.strictObject({
              line: z.int().min(1),
              text: z.string(),
              column: z.int().min(1).meta({description: 'Character of the line with which `text` begins'}),
              isCut: z.boolean(),
              matches: z
                .array(z.strictObject({start: z.int(), end: z.int()}))
                .meta({description: 'Characters (code points) of `text`, from 0, without `end`'}),
            }),
          ),
          linesTotal: z.int().meta({description: 'Lines that match, however many are listed'}),
          commit: OID.meta({description: 'A commit that shows it'}),
          ref: z.string().nullable().meta({description: 'A ref that shows it now'}),
        }),
      ),
      revisions: z
        .array(z.strictObject({ref: z.string().nullable(), commit: OID}))
        .meta({description: 'All that were searched; none where every version was'}),
      nextCursor: NEXT_CURSOR,
      hitsLeftOut: z.int().meta({description: 'Hits of this page that `maxBytes` has no room for'}),
      notes: z
        .array(z.string())
        .meta({description: 'For a person: how the query was read, what is not in the answer'}),
      scan: z
        .strictObject({files: z.int(), chars: z.int(), isComplete: z.boolean()})
        .nullable()
        .meta({description: 'Texts that were read for substrings and regular expressions'}),
      notSearchable: FACET.meta({
        description: 'Files of the revision whose text is not in the index, by reason',
      }),
      unknownFilters: z.array(z.strictObject({name: z.string(), near: z.enum(FILTERS).nullable()})).meta({
        description: 'Of the query: what looks like a filter and is none, and what it may be meant to be',
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
