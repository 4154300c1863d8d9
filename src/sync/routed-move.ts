import type {RefMove} from '../domain/plan.ts';
import type {PeeledTarget} from '../git/refs.ts';

/** Refs that are read and written together: some MB of bitmaps if trees are large. */
export const BATCH_REFS = 200;

/** The content of a ref after its move. */
export interface TipContent {
  readonly commit: string;
  readonly entryCount: number;
  readonly snapshot: Uint8Array;
  readonly history: Uint8Array;
}

/** A move with its destination: a stored commit, or an object that is not a commit. A deletion has none. */
export interface RoutedMove {
  readonly move: RefMove;
  readonly destination: PeeledTarget | undefined;
}

/** The commit that a move leads to; undefined if there is none. */
export function commitOf(destination: PeeledTarget | undefined): string | undefined {
  return destination && 'commit' in destination ? destination.commit : undefined;
}
