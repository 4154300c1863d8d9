import type {z} from 'zod';
import type {Reader} from '../../read/open-reader.ts';
import type {Revision} from '../../read/resolve-revision.ts';
import type {Cache} from '../../util/cache.ts';
import type {Shown} from './schemas.ts';

/** A question about one commit, which is resolved: what all three families of URLs have become by now. */
export interface Call<Query> {
  readonly reader: Reader;
  readonly revision: Revision;
  /** The revision as the answer names it. */
  readonly shown: Shown;
  readonly path: string;
  readonly query: Query;
  /** End of the previous page, from its cursor; undefined for the first page. */
  readonly after: string | undefined;
  /** The cursor itself. */
  readonly cursor: string | undefined;
  readonly request: Request;
  /** The body's bytes, at most as many as questions may have. */
  readonly readBody: () => Promise<Buffer>;
  readonly cacheControl: string;
  readonly cache: Cache;
  readonly now: () => Date;
}

interface EndpointSettings<Query extends z.ZodObject> {
  /** For the OpenAPI document. */
  readonly id: string;
  /** In the URL behind the revision; empty for the revision itself. */
  readonly word: string;
  readonly summary: string;
  readonly description?: string;
  readonly path: 'none' | 'optional' | 'required';
  readonly methods: readonly ('GET' | 'POST')[];
  /** Its own parameters; those that all have are not among them. */
  readonly query: Query;
  /** Absent where the answer is not our own JSON. */
  readonly answer?: z.ZodType;
  readonly isPaged: boolean;
  /** The answer depends on the commit alone: clients that have it by oid never ask again. */
  readonly isPinned: boolean;
  /** It also depends on the settings of the index: clients must revalidate it. */
  readonly isDerived: boolean;
  /** It waits for its turn where many are asked. */
  readonly isCostly: boolean;
}

export interface Endpoint extends EndpointSettings<z.ZodObject> {
  readonly handle: (call: Call<Record<string, unknown>>) => Promise<object | Response>;
}

/** One question about a revision: everything about it in one place, for the server and the OpenAPI document alike. */
export function defineEndpoint<Query extends z.ZodObject>(
  settings: Partial<EndpointSettings<Query>> &
    Pick<EndpointSettings<Query>, 'id' | 'word' | 'summary' | 'query'>,
  handle: (call: Call<z.output<Query>>) => Promise<object | Response>,
): Endpoint {
  return {
    path: 'none',
    methods: ['GET'],
    isPaged: false,
    isPinned: false,
    isDerived: false,
    isCostly: false,
    ...settings,
    handle: (call) => handle(call as Call<z.output<Query>>),
  };
}

/** As the `Allow` header has it. */
export function allowOf(methods: Endpoint['methods']): string {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

/** The allowed methods. No CORS headers: see docs/api.md. */
export function answerOptions(methods: Endpoint['methods']): Response {
  return new Response(null, {status: 204, headers: {Allow: allowOf(methods)}});
}
