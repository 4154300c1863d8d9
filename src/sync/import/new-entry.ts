import type {EntryKey} from '../../domain/entry.ts';

const SUBMODULE = '160000';

/** An entry that has a number and is not stored yet. */
export interface NewEntry extends EntryKey {
  readonly id: string;
  readonly seq: number;
  readonly introducedBy: string;
}

/** True if the entry has bytes in this repository; a submodule's commit is in another one. */
export function hasBlob({mode}: EntryKey): boolean {
  return mode !== SUBMODULE;
}
