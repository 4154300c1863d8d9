import {createHash} from 'node:crypto';
import type {VerifyDeps} from './examination.ts';

const HEAD_BYTES = 8000;

/** The object's oid by its bytes, and as much of them as it takes to make an entry. Undefined where there is none. */
export async function readObject(
  {deps}: {readonly deps: Pick<VerifyDeps, 'objects' | 'repository' | 'settings'>},
  key: string,
  textMaxBytes = deps.settings.textMaxBytes,
): Promise<{oid: string; bytes: Buffer; sizeBytes: number} | undefined> {
  const {objects, repository} = deps;
  const sizeBytes = await objects.stat(key);
  const stream = sizeBytes === undefined ? undefined : await objects.get(key);
  if (sizeBytes === undefined || !stream) return undefined;
  const digest = createHash(repository.objectFormat).update(`blob ${sizeBytes}\0`);
  const keptBytes = sizeBytes <= textMaxBytes ? sizeBytes : HEAD_BYTES;
  const kept: Buffer[] = [];
  let readBytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    digest.update(part);
    if (readBytes < keptBytes) kept.push(part);
    readBytes += part.length;
  }
  return {oid: digest.digest('hex'), bytes: Buffer.concat(kept), sizeBytes};
}
