import {Readable} from 'node:stream';
import type {ObjectStore} from '../../store/ports/object-store.ts';

/**
 * The objects for the next generation of an index, which shares them with the current one. Existing objects are not put
 * again, and nothing is listed or deleted: only the current generation knows the orphans.
 */
export function shareObjects(objects: ObjectStore, onPut: () => void): ObjectStore {
  return {
    ...objects,
    async put(key, sizeBytes, source) {
      if ((await objects.stat(key)) === sizeBytes) {
        if (source instanceof Readable) source.destroy();
        return;
      }
      await objects.put(key, sizeBytes, source);
      onPut();
    },
    async *list() {
      // A sweep of the next generation finds no objects.
    },
    async delete() {
      // Objects that the current generation does not need either are deleted by it, or by prune.
    },
  };
}
