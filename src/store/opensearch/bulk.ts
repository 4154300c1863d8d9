import {type RetryPolicy, retry} from '../../util/retry.ts';
import {type BulkOperation, type BulkPart, encodePart} from './bulk-part.ts';
import type {Collection} from './collection-indexes.ts';
import {errorAnswerOf} from './server.ts';
import {type ErrorAnswer, isOverload, translateAnswer} from './translate-error.ts';

/** The result of an operation. */
export type BulkOutcome =
  | {readonly kind: 'written'}
  /**
   * A document, or another version of it, is there already. `isDoubtful`: an earlier try of ours went without an
   * answer, so that it may have been ours.
   */
  | {readonly kind: 'conflict'; readonly isDoubtful: boolean}
  /** OpenSearch will never take this document. */
  | {readonly kind: 'refused'; readonly reason: string};

/** Together some 40 s of waiting, or what the settings allow: indexing pressure takes longer to ease than a search. */
const ITEM_RETRIES: RetryPolicy = {attemptsMax: 8, firstDelayMs: 300, delayMaxMs: 10_000};
/** A document that makes the server fail is tried this often before it counts as refused. */
const FAULT_ATTEMPTS_MAX = 3;
const FILTER_PATH =
  'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';
const TOO_LARGE: BulkOutcome = {
  kind: 'refused',
  reason: 'the document is larger than OpenSearch takes (100 MB)',
};

/**
 * Every operation was answered afterwards, in the order of the outcomes: one outcome each. Load is waited for, a
 * document that is refused harms no other.
 *
 * Our own loop, because the client's helper hangs when an answer is slow (opensearch-js #1061;
 * `test/unit/store/opensearch-client` fails when it no longer does). Only one part of the batch, of `BULK_MAX_BYTES`,
 * exists as bytes at a time.
 * @param isRefreshed Whether queries see the operations, too, when they are answered.
 * @throws BACKEND_UNAVAILABLE when tries run out, NOT_FOUND when the collection is gone.
 */
export async function writeBulk(
  {server, writer}: Collection,
  operations: readonly BulkOperation[],
  {isRefreshed = false} = {},
): Promise<BulkOutcome[]> {
  const destination = {server, writer, isRefreshed};
  const outcomes: BulkOutcome[] = [];
  for (let start = 0; start < operations.length; ) {
    const part = encodePart(operations, start);
    start += part.ends.length;
    outcomes.push(...(await writePart(destination, part)));
  }
  return outcomes;
}

interface Destination extends Pick<Collection, 'server' | 'writer'> {
  readonly isRefreshed: boolean;
}

/** An operation between two tries. */
interface Pending {
  readonly at: number;
  readonly bytes: Buffer;
  /** A try was sent, and its result is unknown. */
  isDoubtful: boolean;
}

function pendingOf({bytes, ends}: BulkPart): Pending[] {
  return ends.map((end, at) => ({at, bytes: bytes.subarray(ends[at - 1] ?? 0, end), isDoubtful: false}));
}

/** Sends the part, then again what was not taken for load, until every operation has its outcome or time is over. */
async function writePart(destination: Destination, part: BulkPart): Promise<BulkOutcome[]> {
  const {server} = destination;
  const outcomes: BulkOutcome[] = part.ends.map(() => TOO_LARGE);
  let pending = pendingOf(part).filter(({bytes}) => bytes.length > 0);
  await retry(
    async (attempt) => {
      const answers = await sendPending(destination, pending);
      // Alone, a document that makes the server fail cannot be told from a server that fails.
      const isOneOfMany = outcomes.some(({kind}) => kind !== 'refused');
      const isFault = isOneOfMany && attempt >= FAULT_ATTEMPTS_MAX;
      const left: Pending[] = [];
      for (const [place, item] of pending.entries()) {
        const outcome = outcomeOf(server.url, answers[place]!, {isDoubtful: item.isDoubtful, isFault});
        if (outcome) outcomes[item.at] = outcome;
        else left.push(item);
      }
      const rejection = answers[pending.indexOf(left[0]!)];
      pending = left;
      if (rejection) throw translateAnswer(server.url, rejection);
    },
    ITEM_RETRIES,
    server.tools,
  );
  return outcomes;
}

/**
 * The result of an operation by its answer; undefined if it should be retried.
 *
 * If a document gets a server error again and again while others are written, the document is the reason (an analyzer that
 * fails on it).
 */
function outcomeOf(
  url: string,
  answer: ErrorAnswer,
  {isDoubtful, isFault}: {isDoubtful: boolean; isFault: boolean},
): BulkOutcome | undefined {
  const {status, type, reason} = answer;
  if (status < 300) return {kind: 'written'};
  if (status === 409) return {kind: 'conflict', isDoubtful};
  if (isOverload(answer)) return undefined;
  if (status === 413) return TOO_LARGE;
  if (status >= 500) return isFault ? {kind: 'refused', reason} : undefined;
  // The collection, its mappings or the permission are missing: no document's fault.
  if (status === 401 || status === 403 || status === 404) throw translateAnswer(url, answer);
  if (type === 'strict_dynamic_mapping_exception') throw translateAnswer(url, answer);
  return {kind: 'refused', reason: reason === '' ? type : reason};
}

/** One answer for each. Without an answer it is unknown which of them were written. */
async function sendPending(destination: Destination, pending: readonly Pending[]): Promise<ErrorAnswer[]> {
  try {
    return pending.length === 0 ? [] : await send(destination, pending);
  } catch (error) {
    for (const item of pending) item.isDoubtful = true;
    throw error;
  }
}

/** A request that is too large for the server (or for a proxy before it) is sent again in halves. */
async function send(destination: Destination, pending: readonly Pending[]): Promise<ErrorAnswer[]> {
  const {server, writer, isRefreshed} = destination;
  const {status, body} = await server.sendOnce({
    method: 'POST',
    path: `/${writer}/_bulk`,
    query: {require_alias: true, filter_path: FILTER_PATH, ...(isRefreshed && {refresh: true})},
    lines: joined(pending),
    expected: [413],
  });
  if (status !== 413) return answersOf(server.url, body, pending.length);
  if (pending.length === 1) return [{status, type: '', reason: ''}];
  const middle = pending.length >> 1;
  const first = await send(destination, pending.slice(0, middle));
  return [...first, ...(await send(destination, pending.slice(middle)))];
}

/** The bytes of all: those of the part itself where they stand in a row there, as on every first try. */
function joined(pending: readonly Pending[]): Buffer {
  const [first] = pending;
  const length = pending.reduce((sum, {bytes}) => sum + bytes.length, 0);
  const last = pending.at(-1)!;
  const isInARow = last.bytes.byteOffset + last.bytes.length - first!.bytes.byteOffset === length;
  if (isInARow) return Buffer.from(first!.bytes.buffer, first!.bytes.byteOffset, length);
  return Buffer.concat(pending.map(({bytes}) => bytes));
}

function answersOf(url: string, body: unknown, count: number): ErrorAnswer[] {
  const items = (body as {items?: Record<string, {status: number}>[]}).items ?? [];
  if (items.length !== count) {
    const reason = `it answered for ${items.length} of ${count} documents`;
    throw translateAnswer(url, {status: 500, type: '', reason});
  }
  return items.map((item) => {
    const [answer] = Object.values(item);
    return errorAnswerOf(answer!.status, answer);
  });
}
