import assert from 'node:assert/strict';

/** S3: "The name for a key is a sequence of Unicode characters whose UTF-8 encoding is at most 1,024 bytes long." */
const KEY_MAX_BYTES = 1024;
/** NAME_MAX of the usual file systems. */
const COMPONENT_MAX_BYTES = 255;

/**
 * True if every backend can store an object under `key`, and a path made of it cannot leave its folder: components
 * of [0-9A-Za-z._-] between single slashes, none of them `.` or `..`.
 */
export function isObjectKey(key: string): boolean {
  return key.length <= KEY_MAX_BYTES && key.split('/').every(isComponent);
}

/** Keys are made by us, never from a push: a bad one is a bug. */
export function assertObjectKey(key: string): void {
  assert(isObjectKey(key), `not an object key: ${JSON.stringify(key)}`);
}

/** A prefix is the beginning of some key: empty, or components of which the last may be cut anywhere. */
export function assertKeyPrefix(prefix: string): void {
  const folders = prefix.split('/');
  const cut = folders.pop() ?? '';
  const isPrefix = folders.every(isComponent) && /^[0-9A-Za-z._-]*$/.test(cut);
  assert(
    isPrefix && prefix.length <= KEY_MAX_BYTES,
    `not the prefix of an object key: ${JSON.stringify(prefix)}`,
  );
}

function isComponent(component: string): boolean {
  if (component === '.' || component === '..' || component.length > COMPONENT_MAX_BYTES) return false;
  return /^[0-9A-Za-z._-]+$/.test(component);
}
