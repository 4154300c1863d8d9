import {z} from 'zod';
import {type NativeAnswer, type NativeSearch, nativeSearchOf} from '../../../read/search.ts';
import {definedOf} from '../../../util/defined-of.ts';
import {REVALIDATED} from '../../cache-control.ts';
import {Problem, toProblem} from '../../problem.ts';
import {toProblemDocument} from '../answer-problem.ts';
import {type Call, defineEndpoint} from '../endpoint.ts';

/** Parameters that clients send and that are ignored. */
const IGNORED = ['expand_wildcards', 'preference', 'timeout'] as const;
const IGNORED_SWITCHES = [
  'allow_no_indices',
  'allow_partial_search_results',
  'error_trace',
  'human',
  'ignore_unavailable',
  'pretty',
  'request_cache',
] as const;

const TEXT = z.string().max(4096).optional();
/** As OpenSearch reads it: without a value it is on. */
const SWITCH = z
  .preprocess(
    (value) => (value === '' ? true : value === 'false' ? false : value === 'true' || value),
    z.boolean(),
  )
  .optional();
const IGNORED_SWITCH = z.preprocess((value) => value !== 'false', z.boolean()).optional();

const COUNT_QUERY = z.strictObject({
  q: TEXT.meta({description: 'A `query_string` query, instead of one in the body'}),
  df: TEXT,
  default_operator: TEXT,
  analyze_wildcard: SWITCH,
  lenient: SWITCH,
  filter_path: TEXT,
  ...Object.fromEntries(IGNORED.map((name) => [name, TEXT])),
  ...Object.fromEntries(IGNORED_SWITCHES.map((name) => [name, IGNORED_SWITCH])),
});

const SEARCH_QUERY = z.strictObject({
  ...COUNT_QUERY.shape,
  from: z.coerce.number().int().optional(),
  size: z.coerce.number().int().optional(),
  sort: TEXT.meta({description: '`field:asc,field:desc`'}),
  _source: TEXT,
  _source_includes: TEXT,
  _source_excludes: TEXT,
  track_total_hits: TEXT,
  typed_keys: SWITCH,
  rest_total_hits_as_int: SWITCH,
});

const DESCRIPTION =
  'The query language of OpenSearch, on this revision as if it were an index. Only where the index is OpenSearch. What could look elsewhere, write or cost much is refused: docs/api.md.';

export const searchGateway = defineEndpoint(
  {
    id: 'searchGateway',
    word: '_search',
    summary: 'What OpenSearch answers to a search of the revision',
    description: DESCRIPTION,
    methods: ['GET', 'POST'],
    query: SEARCH_QUERY,
    isCostly: true,
  },
  async (call) => {
    const {typed_keys, rest_total_hits_as_int, filter_path, ...query} = call.query;
    return ask(
      call,
      {kind: 'search', members: searchMembers(query)},
      {
        typed_keys,
        rest_total_hits_as_int,
        filter_path,
      },
    );
  },
);

export const countGateway = defineEndpoint(
  {
    id: 'countGateway',
    word: '_count',
    summary: 'What OpenSearch answers to a count on the revision',
    description: DESCRIPTION,
    methods: ['GET', 'POST'],
    query: COUNT_QUERY,
    isCostly: true,
  },
  async (call) =>
    ask(call, {kind: 'count', members: queryMember(call.query)}, {filter_path: call.query.filter_path}),
);

interface Asked {
  readonly kind: 'search' | 'count';
  /** Parameters of the URL, as members of the body. */
  readonly members: Record<string, unknown>;
}

/** Failures are answered as OpenSearch words them too, so that its clients understand them. */
async function ask(
  call: Call<unknown>,
  {kind, members}: Asked,
  format: NativeSearch['format'],
): Promise<Response> {
  try {
    const searchNatively = nativeSearchOf(call.reader, call.revision);
    if (!searchNatively) throw notOpenSearch();
    const body = parseBody(await call.readBody());
    if ('query' in body && 'query' in members)
      throw new Problem('USAGE', 'there is a query in the URL and in the body');
    return toResponse(await searchNatively({kind, body: {...body, ...members}, format}));
  } catch (error) {
    const problem = toProblem(error);
    // Faults of the server are told and logged in the one way that all of them are.
    if (problem.status >= 500 && problem.status !== 501) throw error;
    return refusal(problem);
  }
}

function toResponse({status, body}: NativeAnswer): Response {
  return Response.json(body, {status, headers: {'Cache-Control': REVALIDATED}});
}

function refusal(problem: Problem): Response {
  const cause = {type: `ctr_${problem.code.toLowerCase()}`, reason: problem.message};
  const body = {...toProblemDocument(problem), error: {...cause, root_cause: [cause]}};
  // Not problem+json: clients of OpenSearch parse `application/json` alone.
  return Response.json(body, {
    status: problem.status,
    headers: {...problem.headers, 'Cache-Control': 'no-store'},
  });
}

function notOpenSearch(): Problem {
  return new Problem('NOT_SUPPORTED', 'the index of this repository is not an OpenSearch', {
    hint: 'Use /search, which every index has.',
  });
}

function parseBody(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return {...body};
  } catch {
    // Told below, as anything else that is no object.
  }
  throw new Problem('USAGE', 'the body is not a JSON object');
}

function queryMember(query: z.output<typeof COUNT_QUERY>): Record<string, unknown> {
  const {q, df, default_operator, analyze_wildcard, lenient} = query;
  if (q === undefined) return {};
  const parameters = {query: q, default_field: df, default_operator, analyze_wildcard, lenient};
  return {query: {query_string: definedOf(parameters)}};
}

type SearchParameters = Omit<
  z.output<typeof SEARCH_QUERY>,
  'typed_keys' | 'rest_total_hits_as_int' | 'filter_path'
>;

function searchMembers(query: SearchParameters): Record<string, unknown> {
  const {from, size, sort, track_total_hits: total, _source, _source_includes, _source_excludes} = query;
  const includes = listOf(_source_includes);
  const excludes = listOf(_source_excludes);
  const isFlag = _source === 'true' || _source === 'false';
  const source = isFlag ? _source === 'true' : listOf(_source);
  return {
    ...queryMember(query),
    ...definedOf({
      from,
      size,
      sort: listOf(sort)?.map(sortOf),
      _source: includes || excludes ? definedOf({includes, excludes}) : source,
      track_total_hits:
        total === undefined || /^\d+$/.test(total) ? total && Number(total) : total !== 'false',
    }),
  };
}

function sortOf(text: string): object | string {
  const [, field, order] = /^(.*):(asc|desc)$/.exec(text) ?? [];
  return field === undefined || order === undefined ? text : {[field]: order};
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').filter(Boolean);
}
