import type {RefSummary} from './ref.ts';

/** A change of one ref of the index. Oids are unpeeled targets, as Git's refs hold them. */
export type RefMove =
  | {readonly kind: 'create'; readonly name: string; readonly to: string}
  | {readonly kind: 'move'; readonly name: string; readonly from: string; readonly to: string}
  | {readonly kind: 'delete'; readonly name: string; readonly from: string};

/**
 * The moves after which the index shows `wanted` (full ref name to target oid). Empty if it already does.
 *
 * Compares states, not events: a lost, doubled or reordered hook call changes nothing here. Creations and moves
 * come sorted by name, deletions after them: a renamed branch is searchable under one name or both, never under
 * none. A tombstone counts as absent.
 */
export function planRefMoves(wanted: ReadonlyMap<string, string>, indexed: Iterable<RefSummary>): RefMove[] {
  const present = new Map<string, string>();
  for (const {name, state, target} of indexed) if (state !== 'deleted') present.set(name, target);

  const moves: RefMove[] = [];
  for (const name of [...wanted.keys()].sort()) {
    const from = present.get(name);
    const to = wanted.get(name)!;
    if (from === to) continue;
    moves.push(from === undefined ? {kind: 'create', name, to} : {kind: 'move', name, from, to});
  }
  for (const name of [...present.keys()].sort()) {
    if (!wanted.has(name)) moves.push({kind: 'delete', name, from: present.get(name)!});
  }
  return moves;
}
