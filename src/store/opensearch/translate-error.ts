import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import {unusableIndex} from '../index-errors.ts';
import {DeadlineError} from './http-connection.ts';

/** An answer that says why not, as OpenSearch words it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

const OVERLOADED: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

// Node and OpenSSL name what is wrong with a certificate; all of them begin with one of these.
const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|EPROTO$)/;

/** True if the same request may succeed later: load, a missing node, a disk that is full for now. */
export function isOverload({status, type}: {status: number; type: string}): boolean {
  return OVERLOADED.has(status) || type === 'cluster_block_exception';
}

/** The reason why an index cannot be used, by the type of the answer. */
const UNUSABLE: Readonly<Partial<Record<string, string>>> = {
  index_closed_exception: 'an index is closed',
  strict_dynamic_mapping_exception: 'the mappings of an index are not those of ctr',
};

/** Translates an answer with status 400 and above. `url` is shown, so it has no credentials. */
export function translateAnswer(url: string, answer: ErrorAnswer): CtrError {
  const {status, type, reason} = answer;
  const said = reason === '' ? `HTTP ${status}` : reason;
  const fail = (code: CtrErrorCode, message: string, hint: string) =>
    new CtrError(code, message, {hint, data: {url, status, type, reason}});

  const unusable = UNUSABLE[type];
  if (unusable) return unusableIndex(`${unusable}: ${said}`, {data: {url, status, type}});
  if (type === 'cluster_block_exception' && status !== 503) {
    const isShortOfDisk = status === 429;
    const hint = isShortOfDisk
      ? 'Free some disk space there: it takes the block off by itself. Queued pushes are kept.'
      : 'Take the block off: set index.blocks.write, index.blocks.read_only and the like to null. Queued pushes are kept.';
    const what = isShortOfDisk ? 'is short of disk and writes nothing' : 'has a block on an index';
    return fail('BACKEND_UNAVAILABLE', `OpenSearch at ${url} ${what}: ${said}`, hint);
  }
  if (type === 'circuit_breaking_exception') {
    const hint = 'Give it more memory (its heap), or less to do. Queued pushes are kept.';
    return fail('BACKEND_UNAVAILABLE', `OpenSearch at ${url} is short of memory: ${said}`, hint);
  }
  if (SHARD_FAILURES.has(type)) {
    const hint =
      'See `GET _cluster/allocation/explain` and its log; a shard that is lost for good: delete its index, then run `ctr reindex`. Queued pushes are kept.';
    return fail('BACKEND_UNAVAILABLE', `a shard of OpenSearch at ${url} does not answer: ${said}`, hint);
  }
  if (isOverload(answer)) {
    const hint = 'It may be starting, overloaded or short of disk; see its log. Queued pushes are kept.';
    return fail('BACKEND_UNAVAILABLE', `OpenSearch at ${url} cannot serve now: ${said}`, hint);
  }
  if (status === 401) {
    const hint = 'Set CTR_INDEX_USERNAME and CTR_INDEX_PASSWORD.';
    return fail('BACKEND_REFUSED', `OpenSearch at ${url} does not accept these credentials`, hint);
  }
  if (status === 403) {
    const hint = 'Give the user of CTR_INDEX_USERNAME / CTR_INDEX_PASSWORD all rights on the index set.';
    return fail('BACKEND_REFUSED', `OpenSearch at ${url} does not permit this: ${said}`, hint);
  }
  if (type === 'index_not_found_exception' || type === 'aliases_not_found_exception') {
    return fail('NOT_FOUND', 'nothing is indexed here yet', 'Run `ctr sync`, or check ctr.index.name.');
  }
  if (status === 409) {
    return fail('CONFLICT', 'another run wrote to the index at the same time', 'Run `ctr sync` again.');
  }
  if (type === 'invalid_index_name_exception') {
    const hint = 'Set another ctr.index.name.';
    return fail('CONFIG', `OpenSearch does not allow this index name: ${said}`, hint);
  }
  if (status === 413) {
    const hint = 'Raise its http.max_content_length.';
    return fail('BACKEND_REFUSED', 'a request is too large for OpenSearch', hint);
  }
  if (status >= 500) {
    const hint = 'See the log of OpenSearch. Queued pushes are kept.';
    return fail('BACKEND_UNAVAILABLE', `OpenSearch at ${url} failed: ${said}`, hint);
  }
  const hint = 'See the log of OpenSearch.';
  return fail('BACKEND_REFUSED', `OpenSearch at ${url} refused a request: ${said}`, hint);
}

/** No copy of a shard was available. */
const SHARD_FAILURES: ReadonlySet<string> = new Set([
  'no_shard_available_action_exception',
  'unavailable_shards_exception',
  'search_phase_execution_exception',
  'shard_not_found_exception',
]);

/** Translates a request without an answer: unreachable, too slow, an untrusted certificate. */
export function translateFailure(url: string, cause: unknown): CtrError {
  const failure = firstFailure(cause);
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : failure.name;
  const fail = (kind: CtrErrorCode, message: string, hint: string) =>
    new CtrError(kind, message, {hint, data: {url, code}, cause});
  if (TLS_CODE.test(code)) {
    const hint =
      'Set ctr.index.caFile to the certificate of the authority that signed it, and check the URL.';
    return fail('BACKEND_REFUSED', `cannot set up TLS with OpenSearch at ${url}: ${failure.message}`, hint);
  }
  if (code === 'DeserializationError') {
    const hint = 'Check ctr.index.url: is it a proxy, or something else?';
    return fail('BACKEND_UNSUPPORTED', `what answers at ${url} is not OpenSearch`, hint);
  }
  const why = failure.message === '' ? code : failure.message;
  const hint = 'Start it, or set ctr.index.url. Queued pushes are kept.';
  return fail('BACKEND_UNAVAILABLE', `cannot reach OpenSearch at ${url}: ${why}`, hint);
}

/** True if no answer came in time. */
export function isTooLate(cause: unknown): boolean {
  return cause instanceof DeadlineError;
}

/** True if OpenSearch has ended a search that took too long: a failure of shards with the reason inside. */
export function isCancelled(answer: unknown): boolean {
  const {root_cause: causes} = (answer as {error?: {root_cause?: {type?: string}[]}} | null)?.error ?? {};
  return causes?.some(({type}) => type === 'task_cancelled_exception') ?? false;
}

export function tookTooLong(timeoutMs: number, cause: unknown): CtrError {
  return new CtrError('TIMEOUT', `this took longer than ${timeoutMs / 1000} s, and was ended`, {
    hint: 'Ask for less: longer words, a narrower path. ctr.timeoutSeconds is the limit.',
    cause,
  });
}

/** Where several addresses were tried, the failure of the first: the group itself says nothing. */
function firstFailure(cause: unknown): Error {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0];
  return cause instanceof Error ? cause : new Error(String(cause));
}
