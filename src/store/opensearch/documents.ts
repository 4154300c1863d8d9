import {setTimeout as sleep} from 'node:timers/promises';
import {CtrError} from '../../util/ctr-error.ts';
import {type Backoff, backoffMs} from '../../util/retry.ts';
import type {Collection, ReadCollection} from './collection-indexes.ts';
import type {DocumentVersion} from './ref-documents.ts';
import {errorAnswerOf} from './server.ts';
import {translateAnswer} from './translate-error.ts';

/** A document as it was found by its id: at once after it was written, no refresh needed. */
export interface FoundDocument extends DocumentVersion {
  readonly id: string;
  readonly source: Record<string, unknown>;
}

interface GotDocument {
  readonly _id: string;
  readonly found?: boolean;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source?: Record<string, unknown>;
}

export interface ReadOptions {
  /** Which members of the documents are read; false: none, only whether they exist. */
  readonly members: readonly string[] | boolean;
  readonly batchSize: number;
  /** About so many are read; absent: few. */
  readonly bytes?: number | undefined;
}

/**
 * The documents that exist, in batches of at most `batchSize` ids.
 * @throws NOT_FOUND when the collection does not exist.
 */
export async function* readDocuments(
  {server, name}: Collection,
  ids: readonly string[],
  {members, batchSize, bytes}: ReadOptions,
): AsyncGenerator<FoundDocument[]> {
  for (let start = 0; start < ids.length; start += batchSize) {
    const batch = ids.slice(start, start + batchSize);
    const {body} = await server.send({
      method: 'POST',
      path: `/${name}/_mget`,
      body: {docs: batch.map((_id) => ({_id, _source: members}))},
      answerBytes: bytes,
    });
    yield (body.docs as GotDocument[]).flatMap((got) => foundOf(server.url, got));
  }
}

/** mget reports what is wrong with the collection for each document, with status 200. */
function foundOf(url: string, got: GotDocument): FoundDocument[] {
  if ('error' in got) {
    const answer = errorAnswerOf(500, got);
    throw translateAnswer(url, {...answer, status: answer.type === 'index_not_found_exception' ? 404 : 503});
  }
  if (!got.found) return [];
  return [{id: got._id, seqNo: got._seq_no, primaryTerm: got._primary_term, source: got._source ?? {}}];
}

/** The document; undefined where there is none. @throws NOT_FOUND when the collection does not exist. */
export async function readDocument(
  {server, name}: ReadCollection,
  id: string,
): Promise<FoundDocument | undefined> {
  const {status, body} = await server.send({method: 'GET', path: `/${name}/_doc/${id}`, expected: [404]});
  if (status === 404 && body.error) throw translateAnswer(server.url, errorAnswerOf(status, body));
  return foundOf(server.url, body)[0];
}

/**
 * The document is stored if its version still is `expected` (undefined: it must not exist), and its new version is
 * returned; undefined if another run wrote first. After a broken connection, that may have been this call itself.
 */
export async function writeDocument(
  {server, writer}: Collection,
  {id, source, expected}: {id: string; source: object; expected: DocumentVersion | undefined},
): Promise<DocumentVersion | undefined> {
  const version = expected
    ? {if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm}
    : {op_type: 'create'};
  const {status, body} = await server.send({
    method: 'PUT',
    path: `/${writer}/_doc/${id}`,
    query: {require_alias: true, ...version},
    body: source,
    expected: [409],
  });
  return status === 409 ? undefined : {seqNo: body._seq_no, primaryTerm: body._primary_term};
}

const UPDATE_ATTEMPTS_MAX = 100;
/** Between two tries to write a document that others write at the same time. */
export const CONTENTION: Backoff = {firstDelayMs: 5, delayMaxMs: 50};

/**
 * Stores the result of `change` for the document (undefined if there is none). If another run changes the document at the
 * same time, `change` is called again with the new content. Nothing is written if it returns undefined.
 */
export async function updateDocument<T extends object>(
  collection: Collection,
  id: string,
  change: (source: T | undefined) => T | undefined,
): Promise<void> {
  const {delay = sleep, random = Math.random} = collection.server.tools;
  for (let attempt = 1; attempt <= UPDATE_ATTEMPTS_MAX; attempt++) {
    const found = await readDocument(collection, id);
    const source = change(found?.source as T | undefined);
    if (source === undefined || (await writeDocument(collection, {id, source, expected: found}))) return;
    await delay(backoffMs(attempt, CONTENTION, random()));
  }
  throw new CtrError('CONFLICT', 'too many others write to the index at the same time', {hint: 'Try again.'});
}
