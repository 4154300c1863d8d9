import {z} from 'zod';
import {FILTERS} from '../../../domain/query/filters.ts';
import {ENTRY_KIND, limitParameter, OID, PATH} from '../schemas.ts';

/** The query language's own limit: see docs/searching.md. */
const QUERY_MAX_CHARS = 4096;

/** Parameters of every search. */
export const SEARCH_PARAMETERS = {
  q: z.string().max(QUERY_MAX_CHARS),
  linesMax: limitParameter({min: 0, max: 1000, usual: 20}).meta({
    description: 'Lines of one file at most: those with most clauses of the query',
  }),
  context: limitParameter({min: 0, max: 20, usual: 0}).meta({
    description: 'Lines before and after each line that matches',
  }),
  maxBytes: z.coerce.number().int().min(1000).max(10_000_000).default(1_000_000).meta({
    description: 'Of the hits as JSON; hits that do not fit are left out, and `hitsLeftOut` counts them',
  }),
};

const FOUND_LINE = z.strictObject({
  line: z.int().min(1),
  text: z.string(),
  column: z.int().min(1).meta({description: 'Character of the line with which `text` begins'}),
  isCut: z.boolean(),
  matches: z
    .array(z.strictObject({start: z.int(), end: z.int()}))
    .meta({description: 'Characters (code points) of `text`, from 0, without `end`'}),
});

export const FOUND_FILE = z.strictObject({
  path: PATH,
  oid: OID,
  kind: ENTRY_KIND,
  language: z.string().nullable(),
  sizeBytes: z.int(),
  score: z.number(),
  lines: z.array(FOUND_LINE),
  linesTotal: z.int().meta({description: 'Lines that match, however many are listed'}),
  commit: OID.meta({description: 'A commit that shows it'}),
  ref: z.string().nullable().meta({description: 'A ref that shows it now'}),
  changed: z.strictObject({commit: OID, date: z.string()}).nullable().optional().meta({
    description:
      'With `sort:date`: the commit that changed it last; null if that is too long ago to be found',
  }),
});

/** With `scope=everything` also when it was shown. */
export const FOUND_VERSION = FOUND_FILE.extend({
  refs: z
    .array(z.string())
    .optional()
    .meta({description: 'Of all versions only: refs that show it now, at most 20'}),
  refsTotal: z.int().optional().meta({description: 'How many refs show it now'}),
  first: OID.nullable()
    .optional()
    .meta({description: 'The oldest commit that shows it; null if that was not looked up'}),
  last: OID.nullable().optional().meta({
    description:
      'The newest commit that shows it: that of the first of `refs`, else the last one before a change of the path',
  }),
});

/** Members of every answer about its query. */
export const QUERY_FACTS = {
  hitsLeftOut: z.int().meta({description: 'Hits of this answer that `maxBytes` has no room for'}),
  notes: z
    .array(z.string())
    .meta({description: 'For a person: how the query was read, what is not in the answer'}),
  unknownFilters: z.array(z.strictObject({name: z.string(), near: z.enum(FILTERS).nullable()})).meta({
    description: 'Of the query: what looks like a filter and is none, and what it may be meant to be',
  }),
};
