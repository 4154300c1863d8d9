import {Readable} from 'node:stream';
import type {ObjectStore} from '../../store/ports/object-store.ts';

/**
 * The objects, as the next generation of an index may use them: they are the current one's as well. What is there is
 * not put again, and nothing is listed or deleted: only the current generation can tell what nobody needs.
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
      // Whoever sweeps the next generation has no object to sweep.
    },
    async delete() {
      // What the current generation does not need either is deleted by it, or by prune.
    },
  };
}
