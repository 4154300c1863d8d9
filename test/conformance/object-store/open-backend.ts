import {openFileObjects} from '../../../src/store/files/open-file-objects.ts';
import type {ObjectStore} from '../../../src/store/ports/object-store.ts';
import {openS3Objects} from '../../../src/store/s3/open-s3-objects.ts';

/** What another process needs to open the same store. */
export type StoreAddress =
  | {backend: 'files'; options: Parameters<typeof openFileObjects>[0]}
  | {backend: 's3'; options: Parameters<typeof openS3Objects>[0]};

export function openBackend(address: StoreAddress): Promise<ObjectStore> {
  return address.backend === 'files' ? openFileObjects(address.options) : openS3Objects(address.options);
}
