import {z} from 'zod';
import {parseQuery} from '../../../domain/parse-query.ts';
import {FILTERS} from '../../../domain/unknown-filters.ts';
import {type FoundFile, search} from '../../../read/search.ts';
import {searchEverything} from '../../../read/search-everything.ts';
import {defineEndpoint} from '../endpoint.ts';
import {ENTRY_KIND, FLAG, limitParameter, OID, PATH, SHOWN} from '../schemas.ts';

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
        .meta({description: 'Lines of one file at most'}),
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
          lines: z.array(z.strictObject({line: z.int().min(1), text: z.string()})),
          commit: OID.meta({description: 'A commit that shows it'}),
          ref: z.string().nullable().meta({description: 'A ref that shows it now'}),
        }),
      ),
      unknownFilters: z.array(z.strictObject({name: z.string(), near: z.enum(FILTERS).nullable()})).meta({
        description: 'Of the query: what looks like a filter and is none, and what it may be meant to be',
      }),
      facets: z
        .strictObject({languages: FACET, extensions: FACET, directories: FACET, notIndexed: FACET})
        .nullable(),
    }),
    isCostly: true,
  },
  async ({reader, revision, shown, query: {q, limit, linesMax, facets: hasFacets, scope}, now}) => {
    const options = {query: parseQuery(q), limit, now: () => now().getTime()};
    const cut = <T extends FoundFile>(file: T) => ({...file, lines: file.lines.slice(0, linesMax)});
    if (scope === 'everything') {
      const {hits, ...rest} = await searchEverything(reader, options);
      return {...shown, ...rest, unknownFilters: [...rest.unknownFilters], hits: hits.map(cut), facets: null};
    }
    const {hits, total, tookMs, unknownFilters, facets} = await search(reader, {
      ...options,
      ref: revision,
      hasFacets,
    });
    const place = {commit: shown.commit, ref: shown.ref};
    return {
      ...shown,
      total,
      tookMs,
      hits: hits.map((hit) => ({...cut(hit), ...place})),
      unknownFilters: [...unknownFilters],
      facets: facets ?? null,
    };
  },
);
