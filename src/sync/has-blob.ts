import type {EntryKey} from '../domain/entry.ts';

const SUBMODULE = '160000';

/** Whether the entry has bytes in this repository; a submodule's commit lies in another. */
export function hasBlob({mode}: Pick<EntryKey, 'mode'>): boolean {
  return mode !== SUBMODULE;
}
