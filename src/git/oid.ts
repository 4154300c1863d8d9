import assert from 'node:assert/strict';

/** The hash function of a repository's object ids. */
export type ObjectFormat = 'sha1' | 'sha256';

/** Hex digits of an oid. */
export function oidLength(format: ObjectFormat): number {
  return format === 'sha1' ? 40 : 64;
}

/** True if `text` is a full oid of this format, in lower case as git writes it. */
export function isOid(text: string, format: ObjectFormat): boolean {
  return text.length === oidLength(format) && /^[0-9a-f]+$/.test(text);
}

/** Asserts that `text` is a full oid: git must never get anything else as a name. */
export function assertOid(text: string, format: ObjectFormat): void {
  assert(isOid(text, format), `not a full ${format} oid: ${JSON.stringify(text)}`);
}
