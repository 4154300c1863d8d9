import type {DoubtfulDocument, Inventory, UnknownThing} from './inventory.ts';
import type {KnownNumbers} from './known-numbers.ts';

/** An unknown thing, and its document. */
export interface Identified<T> {
  readonly thing: T;
  /** The number that bitmaps show for it; undefined where they do not tell. */
  readonly seq: number | undefined;
  /** The document in its place; undefined: there is none. */
  readonly document: DoubtfulDocument | undefined;
  /** The document is valid and has the right number after all. */
  readonly isRight: boolean;
}

/**
 * Finds the document of each unknown thing: the one under its id, else a stray one that has the number which bitmaps
 * show for it. Where bitmaps agree with Git but not with each other about a number, it stays unknown.
 */
export function identify<T>(
  inventory: Pick<Inventory<T>, 'unknown' | 'doubtful' | 'isSole'> & {
    readonly numbers: Pick<KnownNumbers, 'pairs' | 'hasSeen'>;
  },
  strays: Iterable<DoubtfulDocument>,
): Identified<T & UnknownThing>[] {
  const {numbers} = inventory;
  const all = [...inventory.unknown.values()];
  const ownOf = ({id}: UnknownThing) => inventory.doubtful.get(id);
  const pairs = numbers.pairs(
    new Map(
      all.flatMap((thing): [number, number][] => {
        const seq = ownOf(thing)?.seq;
        return seq !== undefined && inventory.isSole(seq) ? [[thing.standIn, seq]] : [];
      }),
    ),
  );
  const bySeq = new Map([...strays].map((stray) => [stray.seq, stray]));
  return all.map((thing) => {
    const own = ownOf(thing);
    const paired = pairs.get(thing.standIn);
    const isBelieved = own?.defect === undefined && own?.seq !== undefined;
    const isAlone =
      isBelieved && paired === undefined && inventory.isSole(own.seq) && !numbers.hasSeen(thing.standIn);
    const isRight = isAlone || (isBelieved && own.seq === paired);
    const document = own ?? (paired === undefined ? undefined : bySeq.get(paired));
    return {thing, seq: isAlone ? own.seq : paired, document, isRight};
  });
}
