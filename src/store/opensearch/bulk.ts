import {type RetryPolicy, retry} from '../../util/retry.ts';
import {errorAnswerOf, type Server} from './server.ts';
import {type ErrorAnswer, isOverload, translateAnswer} from './translate-error.ts';

/** One document to write. */
export interface BulkOperation {
  readonly id: string;
  /** `create` leaves what is there alone, `index` overwrites it. */
  readonly action: 'create' | 'index';
  /** Overwrite only this version of the document. */
  readonly expected?: {readonly seqNo: number; readonly primaryTerm: number} | undefined;
  readonly source: object;
}

/** What became of an operation. */
export type BulkOutcome =
  | {readonly kind: 'written'}
  /**
   * A document, or another version of it, is there already. `isDoubtful`: an earlier try of ours went without an
   * answer, so that it may have been ours.
   */
  | {readonly kind: 'conflict'; readonly isDoubtful: boolean}
  /** OpenSearch will never take this document. */
  | {readonly kind: 'refused'; readonly reason: string};

/** OpenSearch refuses requests above 100 MB (http.max_content_length) and is fastest with 5 to 15 MB. */
export const BULK_MAX_BYTES = 8_000_000;
const DOCUMENT_MAX_BYTES = 95_000_000;

/** Together some 40 s of waiting: indexing pressure takes longer to ease than a search. */
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
 * Our own loop, because the client's helper has been seen to hang (opensearch-js #1061). Of the batch one part of
 * `BULK_MAX_BYTES` at a time exists as bytes.
 * @param target An alias: a missing one is an error, and never created.
 * @throws BACKEND_UNAVAILABLE when tries run out, NOT_FOUND when the collection is gone.
 */
export async function writeBulk(
  server: Server,
  target: string,
  operations: readonly BulkOperation[],
): Promise<BulkOutcome[]> {
  const outcomes: BulkOutcome[] = [];
  for (let start = 0; start < operations.length; ) {
    const part = encodePart(operations, start);
    start += part.ends.length;
    outcomes.push(...(await writePart(server, target, part)));
  }
  return outcomes;
}

/** Some operations as NDJSON, and where each one ends. */
interface BulkPart {
  readonly bytes: Buffer;
  /** Of operation i the end; it begins where the one before ends. One that is too large has no bytes. */
  readonly ends: readonly number[];
}

/** The operations from `start` on that fit into one request, at least one. */
function encodePart(operations: readonly BulkOperation[], start: number): BulkPart {
  let bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  let used = 0;
  const ends: number[] = [];
  for (let at = start; at < operations.length; at++) {
    const lines = encodeOperation(operations[at]!);
    const length = Buffer.byteLength(lines);
    if (length <= DOCUMENT_MAX_BYTES) {
      if (used > 0 && used + length > BULK_MAX_BYTES) break;
      if (used + length > bytes.length) bytes = grown(bytes, used, used + length);
      used += bytes.write(lines, used);
    }
    ends.push(used);
  }
  return {bytes: bytes.subarray(0, used), ends};
}

function encodeOperation({id, action, expected, source}: BulkOperation): string {
  const version = expected && {if_seq_no: expected.seqNo, if_primary_term: expected.primaryTerm};
  return `${JSON.stringify({[action]: {_id: id, ...version}})}\n${JSON.stringify(source)}\n`;
}

function grown(bytes: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(bytes.length * 4, BULK_MAX_BYTES)));
  bytes.copy(larger, 0, 0, used);
  return larger;
}

/** An operation between two tries. */
interface Pending {
  readonly at: number;
  readonly bytes: Buffer;
  /** A try was sent and nobody knows what became of it. */
  isDoubtful: boolean;
}

function pendingOf({bytes, ends}: BulkPart): Pending[] {
  return ends.map((end, at) => ({at, bytes: bytes.subarray(ends[at - 1] ?? 0, end), isDoubtful: false}));
}

/** Sends the part, then again whatever was not taken for load, until every operation has its outcome. */
async function writePart(server: Server, target: string, part: BulkPart): Promise<BulkOutcome[]> {
  const outcomes: BulkOutcome[] = part.ends.map(() => TOO_LARGE);
  let pending = pendingOf(part).filter(({bytes}) => bytes.length > 0);
  let hasWritten = false;
  await retry(
    async (attempt) => {
      if (pending.length === 0) return;
      const isWhole = pending.length === part.ends.length;
      const answers = await send(server, target, pending, isWhole ? part.bytes : undefined);
      const left: Pending[] = [];
      let rejection: ErrorAnswer | undefined;
      for (const [place, item] of pending.entries()) {
        const answer = answers[place]!;
        const isFault = attempt >= FAULT_ATTEMPTS_MAX && (hasWritten || pending.length < part.ends.length);
        const outcome = outcomeOf(server.url, answer, {isDoubtful: item.isDoubtful, isFault});
        if (outcome) {
          outcomes[item.at] = outcome;
          hasWritten ||= outcome.kind === 'written';
        } else {
          left.push(item);
          rejection = answer;
        }
      }
      pending = left;
      if (rejection) throw translateAnswer(server.url, rejection);
    },
    ITEM_RETRIES,
    server.tools,
  );
  return outcomes;
}

/**
 * What the answer makes of its operation; undefined when it should be tried again.
 *
 * A server error on one document again and again, while others are written, is the document's own fault (an
 * analyzer that trips over it).
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
  // The collection or the permission is missing: no document's fault.
  if (status === 401 || status === 403 || status === 404) throw translateAnswer(url, answer);
  return {kind: 'refused', reason: reason === '' ? type : reason};
}

/** One answer for each operation. A request that is too large is sent again in halves. */
async function send(
  server: Server,
  target: string,
  pending: readonly Pending[],
  whole?: Buffer,
): Promise<ErrorAnswer[]> {
  const lines = whole ?? Buffer.concat(pending.map(({bytes}) => bytes));
  const {status, body} = await sendLines(server, target, lines, pending);
  if (status === 413 && pending.length > 1) {
    const middle = pending.length >> 1;
    const first = await send(server, target, pending.slice(0, middle));
    return [...first, ...(await send(server, target, pending.slice(middle)))];
  }
  if (status === 413) return [{status, type: '', reason: ''}];
  return answersOf(server.url, body, pending.length);
}

async function sendLines(server: Server, target: string, lines: Buffer, pending: readonly Pending[]) {
  const query = {require_alias: true, filter_path: FILTER_PATH};
  try {
    return await server.sendOnce({method: 'POST', path: `/${target}/_bulk`, query, lines, expected: [413]});
  } catch (error) {
    for (const item of pending) item.isDoubtful = true;
    throw error;
  }
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
