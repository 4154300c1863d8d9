/** One document to write. */
export interface BulkOperation {
  readonly id: string;
  /** `create` leaves what is there alone, `index` overwrites it. */
  readonly action: 'create' | 'index' | 'delete';
  /** Overwrite or delete only this version of the document. */
  readonly expected?: {readonly seqNo: number; readonly primaryTerm: number} | undefined;
  /** Absent for a deletion. */
  readonly source?: object | undefined;
}

/** OpenSearch refuses requests above 100 MB (http.max_content_length) and is fastest with 5 to 15 MB. */
export const BULK_MAX_BYTES = 8_000_000;
const DOCUMENT_MAX_BYTES = 95_000_000;

/** Some operations as NDJSON, and where each one ends. */
export interface BulkPart {
  readonly bytes: Buffer;
  /** Of operation i the end; it begins where the one before ends. One that is too large has no bytes. */
  readonly ends: readonly number[];
}

/** The operations from `start` on that fit into one request, at least one. */
export function encodePart(operations: readonly BulkOperation[], start: number): BulkPart {
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
  const document = source === undefined ? '' : `${JSON.stringify(source)}\n`;
  return `${JSON.stringify({[action]: {_id: id, ...version}})}\n${document}`;
}

function grown(bytes: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(bytes.length * 4, BULK_MAX_BYTES)));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
