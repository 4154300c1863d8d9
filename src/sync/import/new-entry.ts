import type {EntryKey} from '../../domain/entry.ts';

const SUBMODULE = '160000';

/** An entry that has its number and is not stored yet. */
export interface NewEntry extends EntryKey {
  readonly id: string;
  readonly seq: number;
  readonly introducedBy: string;
}

/** Whether the entry has bytes in this repository; a submodule's commit lies in another. */
export function hasBlob({mode}: EntryKey): boolean {
  return mode !== SUBMODULE;
}
