import {hash} from 'node:crypto';
import type {Reader} from '../../read/open-reader.ts';
import {
  type Revision,
  resolveCommit,
  resolveLongestRef,
  resolveRevision,
} from '../../read/resolve-revision.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {ReadGitTargets} from '../git-targets.ts';
import {matchesEtag} from '../raw-bytes.ts';
import type {SiteRepository} from '../site.ts';
import {parseCursor} from './cursor.ts';
import type {Gate} from './gate.ts';
import type {Call, Operation} from './operation.ts';
import {parseParameters, parseShared} from './parameters.ts';
import {Problem} from './problem.ts';
import type {Reading} from './route.ts';
import type {Shown} from './schemas.ts';
import {shownHeaders, shownOf} from './shown.ts';
import type {WaitForCommit} from './wait-for-commit.ts';

const IMMUTABLE = 'max-age=31536000, immutable';

/** What all answers about revisions share. */
export interface RevisionServices {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly readTargets: ReadGitTargets;
  readonly waitForCommit: WaitForCommit;
  readonly gate: Gate;
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
  const {repository, readings, request} = asked;
  const {shared, own} = parseShared(asked.pairs);
  if (shared.waitFor !== undefined) {
    if (readings[0]!.revision.family === 'commit') throw waitsForOid();
    await services.waitForCommit({
      repository,
      key: JSON.stringify(readings.map(({revision}) => revision)),
      resolve: async (reader) => (await resolveReadings(reader, readings)).revision,
      commit: shared.waitFor,
      timeoutMs: shared.waitSeconds * 1000,
      signal: request.signal,
    });
  }
  return repository.withReader(async (reader) => {
    const {reading, revision} = await resolveReadings(reader, readings);
    const operation = services.operations.get(reading.word)!;
    checkMethod(operation, request.method);
    const path = shared.path ?? reading.path;
    checkPath(operation, path);
    if (shared.cursor !== undefined && !operation.isPaged) throw notPaged();
    const query = parseParameters(operation.query, own);
    const cursor = shared.cursor === undefined ? undefined : parseCursor(shared.cursor);
    const pinned = await pin(reader, revision, cursor?.commit);
    const shown = shownOf(pinned, await targetsFor(services, asked, {reader, revision: pinned}));
    const caching = cachingOf(operation, {reading, shown});
    const headers = {...shownHeaders(shown), ...caching};
    if (matchesEtag(request.headers.get('If-None-Match'), caching.ETag ?? '')) {
      return new Response(null, {status: 304, headers});
    }
    const call: Call<Record<string, unknown>> = {
      reader,
      revision: pinned,
      shown,
      path,
      query,
      offset: cursor?.offset ?? 0,
      request,
      readBody: asked.readBody,
      cacheControl: caching['Cache-Control'],
      now: services.now,
    };
    const ask = () => operation.handle(call);
    return toResponse(await (operation.isCostly ? services.gate.pass(ask) : ask()), headers);
  });
}

/** The revision and what is asked of it: of a ref's possible ends the longest that exists. */
async function resolveReadings(
  reader: Reader,
  readings: readonly Reading[],
): Promise<{reading: Reading; revision: Revision}> {
  const [first] = readings;
  const {revision: wanted} = first!;
  switch (wanted.family) {
    case 'head':
      return {reading: first!, revision: await resolveRevision(reader)};
    case 'commit':
      return {reading: first!, revision: await resolveCommit(reader, wanted.text)};
    case 'ref': {
      const byName = new Map(
        readings.flatMap((reading) =>
          reading.revision.family === 'ref' ? [[reading.revision.name, reading] as const] : [],
        ),
      );
      const found = await resolveLongestRef(reader, [...byName.keys()]);
      if (found) return {reading: byName.get(found.name)!, revision: found.revision};
      throw new CtrError('UNKNOWN_REF', `the index has no ref ${JSON.stringify(wanted.name)}`, {
        hint: 'The list of refs says which there are; `waitFor` waits for one that was just pushed.',
      });
    }
  }
}

/** The revision as it was when the first page was answered. */
async function pin(reader: Reader, revision: Revision, commit: string | undefined): Promise<Revision> {
  if (commit === undefined || commit === revision.commit) return revision;
  const {snapshot, history} = await resolveCommit(reader, commit).catch((error: unknown) => {
    if (!(error instanceof CtrError) || error.code !== 'UNKNOWN_REF') throw error;
    throw new CtrError('CONFLICT', `no ref reaches ${commit} any more, which the first page showed`, {
      hint: 'Begin again without a cursor.',
    });
  });
  // What the ref holds now is not what this page shows.
  return {...revision, commit, snapshot, history, target: ''};
}

function targetsFor(
  {readTargets}: RevisionServices,
  {repository}: RevisionRequest,
  {reader, revision}: {reader: Reader; revision: Revision},
) {
  return revision.ref === undefined ? Promise.resolve(undefined) : readTargets(repository, reader.repository);
}

interface Caching extends Record<string, string | undefined> {
  readonly 'Cache-Control': string;
  readonly ETag?: string;
}

/**
 * By a whole oid, an answer that follows from the commit is for ever. By a ref it is asked for each time, and is the
 * same as long as commit, time and lag are.
 */
function cachingOf({isPinned}: Operation, {reading, shown}: {reading: Reading; shown: Shown}): Caching {
  if (!isPinned) return {'Cache-Control': 'no-cache'};
  const {family} = reading.revision;
  const isWhole =
    reading.revision.family === 'commit' && reading.revision.text.toLowerCase() === shown.commit;
  const state = family === 'commit' ? '' : `-${hash('sha256', JSON.stringify(shown), 'hex').slice(0, 12)}`;
  return {'Cache-Control': isWhole ? IMMUTABLE : 'no-cache', ETag: `W/"${shown.commit}${state}"`};
}

function toResponse(answer: object | Response, headers: Record<string, string | undefined>): Response {
  if (answer instanceof Response) {
    // Bytes have an ETag and a type of their own.
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined && !answer.headers.has(name)) answer.headers.set(name, value);
    }
    return answer;
  }
  const defined = Object.entries(headers).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  return new Response(JSON.stringify(answer), {
    headers: {...Object.fromEntries(defined), 'Content-Type': 'application/json; charset=utf-8'},
  });
}

function checkMethod({methods}: Operation, method: string): void {
  if (methods.some((known) => known === (method === 'HEAD' ? 'GET' : method))) return;
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  throw new Problem(405, 'METHOD', `this is not asked with ${method}`, {
    headers: {Allow: allowed.join(', ')},
  });
}

function checkPath({path: wants}: Operation, path: string): void {
  if (wants === 'required' && path === '') throw new Problem(400, 'USAGE', 'a path is missing');
  if (wants === 'none' && path !== '') throw new Problem(404, 'NOT_FOUND', 'nothing is below this');
}

function notPaged(): Problem {
  return new Problem(400, 'USAGE', 'this answer has no pages, so there is no cursor');
}

function waitsForOid(): Problem {
  return new Problem(400, 'USAGE', 'a revision by oid never changes, so there is nothing to wait for', {
    hint: 'Ask for a ref: /refs/<ref>?waitFor=<commit>.',
  });
}
