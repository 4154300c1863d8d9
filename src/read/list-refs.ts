import {assertNotLost} from './assert-not-lost.ts';
import type {Reader} from './open-reader.ts';

/** A ref that the index has. */
export interface ListedRef {
  /** Full name. */
  readonly name: string;
  /** The peeled commit; null where the ref leads to none (`reason` says why). */
  readonly commit: string | null;
  /** The oid that the ref itself holds: for an annotated tag that of the tag object. */
  readonly target: string;
  readonly entries: number;
  /** ISO 8601, UTC. */
  readonly indexedAt: string;
  readonly reason: string | null;
}

/** Every ref of the index but the deleted ones, sorted by name. */
export async function listRefs(reader: Reader): Promise<ListedRef[]> {
  const refs = await reader.store.listRefs(reader.repository.id);
  if (refs.length === 0) await assertNotLost(reader);
  return refs
    .filter(({state}) => state !== 'deleted')
    .map(({name, commit, target, entryCount, indexedAt, reason}) => ({
      name,
      commit: commit ?? null,
      target,
      entries: entryCount,
      indexedAt,
      reason: reason ?? null,
    }));
}
