import assert from 'node:assert/strict';

/** The hash that names a repository's objects. */
export type ObjectFormat = 'sha1' | 'sha256';

/** Hex digits of an oid. */
export function oidLength(format: ObjectFormat): number {
  return format === 'sha1' ? 40 : 64;
}

/** Whether `text` is a full oid of this format, in lower case as git writes it. */
export function isOid(text: string, format: ObjectFormat): boolean {
  return text.length === oidLength(format) && /^[0-9a-f]+$/.test(text);
}

/** Fails, as a bug of ours, on anything but a full oid: nothing else may ever reach git as a name. */
export function assertOid(text: string, format: ObjectFormat): void {
  assert(isOid(text, format), `not a full ${format} oid: ${JSON.stringify(text)}`);
}
