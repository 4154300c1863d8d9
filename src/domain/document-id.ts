import {hash} from 'node:crypto';

/**
 * The id under which a document about `parts` is stored: 27 characters of base64url (160 bits of SHA-256).
 * Deterministic, so that a later run finds the documents of an interrupted one.
 */
export function documentId(...parts: readonly string[]): string {
  return documentIdBytes(...parts).toString('base64url');
}

/** The 20 bytes that `documentId` encodes. */
export function documentIdBytes(...parts: readonly string[]): Buffer {
  return hash('sha256', parts.join('\0'), 'buffer').subarray(0, 20);
}
