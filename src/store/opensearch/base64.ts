/** The bytes as OpenSearch takes and gives them. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Zero bytes, which are no bitmap, where the document has no such member, or it is no text. */
export function fromBase64(text: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(typeof text === 'string' ? text : '', 'base64'));
}
