import {hash} from 'node:crypto';
import type {SiteRepository} from '../../app/site/site.ts';
import {lostHead} from '../../read/lost-head.ts';
import type {Reader} from '../../read/open-reader.ts';
import {type Revision, resolveReadings, resolveRevision} from '../../read/resolve-revision.ts';
import type {Cache} from '../../util/cache.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {IMMUTABLE, REVALIDATED} from '../cache-control.ts';
import {withImported} from '../first-import.ts';
import type {Gate} from '../gate.ts';
import type {ReadGitTargets} from '../git-targets.ts';
import {Problem} from '../problem.ts';
import {matchesEtag} from '../raw-bytes.ts';
import type {Reading} from '../revision-url.ts';
import {type Cursor, parseCursor} from './cursor.ts';
import {allowOf, answerOptions, type Endpoint} from './endpoint.ts';
import {PAGE_PARAMETERS, parseParameters, parseShared, WAIT_PARAMETERS} from './parameters.ts';
import type {Shown} from './schemas.ts';
import {shownHeaders, shownOf} from './shown.ts';
import type {WaitForCommit} from './wait-for-commit.ts';

/** Services that all answers about revisions share. */
export interface RevisionServices {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly readTargets: ReadGitTargets;
  readonly waitForCommit: WaitForCommit;
  readonly gate: Gate;
  readonly cache: Cache;
  readonly now: () => Date;
}

export interface RevisionRequest {
  readonly repository: SiteRepository;
  readonly readings: readonly Reading[];
  readonly pairs: readonly (readonly [string, string])[];
  readonly request: Request;
  readonly readBody: () => Promise<Buffer>;
}

/**
 * The one way to every answer about a revision, whichever family of URLs it was asked by: wait for it, resolve it, pin
 * it to the commit of the first page, and only then ask.
 */
export async function answerRevision(services: RevisionServices, asked: RevisionRequest): Promise<Response> {
  const {repository, readings, pairs} = asked;
  const {shared, own} = parseShared(pairs);
  if (shared.waitFor !== undefined) {
    await waitFor(services, asked, {commit: shared.waitFor, timeoutMs: shared.waitSeconds * 1000});
  }
  return withImported(repository, async (reader) => {
    const {reading, revision} = await resolve(reader, readings);
    const endpoint = services.endpoints.get(reading.word)!;
    const question: Question = {
      endpoint,
      reading,
      path: shared.path ?? reading.path,
      query: parseParameters(endpoint.query, own, sharedNames(endpoint, reading)),
      cursor: shared.cursor === undefined ? undefined : parseCursor(shared.cursor),
    };
    if (asked.request.method === 'OPTIONS') return answerOptions(endpoint.methods);
    checkQuestion(question, asked.request.method);
    const pinned = await pin(reader, revision, question.cursor?.commit);
    return answerPinned(services, asked, {...question, reader, revision: pinned});
  });
}

/** A request about a revision, parsed from the URL. */
interface Question {
  readonly endpoint: Endpoint;
  readonly reading: Reading;
  readonly path: string;
  readonly query: Record<string, unknown>;
  readonly cursor: Cursor | undefined;
}

interface PinnedQuestion extends Question {
  readonly reader: Reader;
  readonly revision: Revision;
}

async function answerPinned(
  {readTargets, gate, cache, now}: RevisionServices,
  {repository, request, readBody}: RevisionRequest,
  question: PinnedQuestion,
): Promise<Response> {
  const {endpoint, path, query, cursor, reader, revision} = question;
  const isRef = revision.ref !== undefined;
  const shown = shownOf(revision, isRef ? await readTargets(repository, reader.repository) : undefined);
  const {cacheControl, etag} = cachingOf(question, shown);
  const headers = {...shownHeaders(shown), 'Cache-Control': cacheControl, ...(etag && {ETag: etag})};
  const had = request.headers.get('If-None-Match');
  const isKnown = etag !== undefined && matchesEtag(had, etag);
  const unchanged = () => new Response(null, {status: 304, headers});
  // The tag was given with this very answer. A star is not: it asks whether there is an answer at all.
  if (isKnown && !had?.includes('*')) return unchanged();
  const place = {after: cursor?.after, cursor: cursor?.text};
  const call = {reader, revision, shown, path, query, ...place, request, readBody, cacheControl, cache, now};
  const ask = () => endpoint.handle(call);
  const answer = await (endpoint.isCostly ? gate.pass(ask) : ask());
  return isKnown && !(answer instanceof Response) ? unchanged() : toResponse(answer, headers);
}

async function waitFor(
  {waitForCommit}: RevisionServices,
  {repository, readings, request}: RevisionRequest,
  {commit, timeoutMs}: {commit: string; timeoutMs: number},
): Promise<void> {
  if (readings[0]!.revision.family === 'commit') {
    throw new Problem('USAGE', 'a revision by oid never changes, so there is nothing to wait for', {
      hint: 'Ask for a ref: /refs/<ref>?waitFor=<commit>.',
    });
  }
  await waitForCommit({
    repository,
    key: JSON.stringify(readings.map(({revision}) => revision)),
    resolve: async (reader) => (await resolve(reader, readings)).revision,
    commit,
    timeoutMs,
    signal: request.signal,
  });
}

async function resolve(reader: Reader, readings: readonly Reading[]) {
  const resolved = await resolveReadings(reader, readings);
  if (resolved) return resolved;
  throw await lostHead(reader);
}

/** The revision as it was when the first page was answered. */
async function pin(reader: Reader, revision: Revision, commit: string | undefined): Promise<Revision> {
  if (commit === undefined || commit === revision.commit) return revision;
  const {snapshot, history} = await resolveRevision(reader, {family: 'commit', name: commit}).catch(
    (error: unknown) => {
      if (!(error instanceof CtrError) || error.code !== 'UNKNOWN_REF') throw error;
      throw new CtrError('CONFLICT', `no ref reaches ${commit} any more, which the first page showed`);
    },
  );
  // What the ref holds now is not what this page shows.
  return {...revision, commit, snapshot, history, target: ''};
}

/**
 * By a whole oid, an answer that follows from the commit alone is for ever. Any other is asked for each time: by a ref
 * it is the same as long as commit, time and lag are, and what is derived as long as the settings are.
 */
function cachingOf(
  {endpoint, reading: {revision, word}, path, query, cursor, reader}: PinnedQuestion,
  shown: Shown,
): {readonly cacheControl: string; readonly etag?: string} {
  const {isPinned, isDerived} = endpoint;
  if (!isPinned) return {cacheControl: REVALIDATED};
  const isOid = revision.family === 'commit';
  const isWhole = isOid && revision.name.toLowerCase() === shown.commit;
  const state = [isOid ? null : shown, isDerived ? reader.repository.builtWith : null];
  const question = [word, path, query, cursor ?? null];
  const rest = hash('sha256', JSON.stringify([question, state]), 'hex').slice(0, 16);
  return {
    cacheControl: isWhole && !isDerived ? IMMUTABLE : REVALIDATED,
    etag: `W/"${shown.commit}-${rest}"`,
  };
}

function toResponse(answer: object | Response, headers: Readonly<Record<string, string>>): Response {
  if (!(answer instanceof Response)) {
    const type = {'Content-Type': 'application/json; charset=utf-8'};
    return new Response(JSON.stringify(answer), {headers: {...headers, ...type}});
  }
  // Bytes have an ETag and a type of their own.
  for (const [name, value] of Object.entries(headers)) {
    if (!answer.headers.has(name)) answer.headers.set(name, value);
  }
  return answer;
}

/** The parameters that this question takes as well as its own. */
function sharedNames({path, isPaged}: Endpoint, {revision}: Reading): string[] {
  return [
    ...(path === 'none' ? [] : ['path']),
    ...(isPaged ? Object.keys(PAGE_PARAMETERS.shape) : []),
    ...(revision.family === 'commit' ? [] : Object.keys(WAIT_PARAMETERS.shape)),
  ];
}

function checkQuestion({endpoint, path, cursor}: Question, method: string): void {
  checkMethod(endpoint, method);
  if (endpoint.path === 'required' && path === '') throw new Problem('USAGE', 'a path is missing');
  if (endpoint.path === 'none' && path !== '') throw new Problem('NOT_FOUND', 'nothing is below this');
  if (cursor && !endpoint.isPaged) {
    throw new Problem('USAGE', 'this answer has no pages, so there is no cursor');
  }
}

function checkMethod({methods}: Endpoint, method: string): void {
  if (methods.some((known) => known === (method === 'HEAD' ? 'GET' : method))) return;
  throw new Problem('METHOD', `this is not asked with ${method}`, {
    headers: {Allow: allowOf(methods)},
  });
}
