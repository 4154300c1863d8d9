import type {SeqSource} from '../sync-run.ts';
import type {Repairs, SeqsInDoubt} from '../verify/examination.ts';

/** Numbers for documents that are made again: those that the store knows, but for those in doubt. */
export async function chooseSeqs(store: SeqSource, {entries, commits}: Repairs['seqs']): Promise<SeqSource> {
  const ends = {
    entries: await store.reserveSeqs('entries', 0),
    commits: await store.reserveSeqs('commits', 0),
  };
  return {
    async readEntrySeqs(ids) {
      return chooseAmong(await store.readEntrySeqs(ids), ids, {...entries, end: ends.entries});
    },
    async readCommitSeqs(repo, oids) {
      return chooseAmong(await store.readCommitSeqs(repo, oids), oids, {...commits, end: ends.commits});
    },
    reserveSeqs: (series, count) => store.reserveSeqs(series, count),
  };
}

/**
 * The number of each thing that has one for certain. A number that several documents have goes to none of them, unless
 * bitmaps tell whose it is. Numbers from `end` on were never given.
 */
export function chooseAmong(
  stored: ReadonlyMap<string, number>,
  asked: readonly string[],
  {identified, shared, end}: SeqsInDoubt & {readonly end: number},
): Map<string, number> {
  const taken = new Set(identified.values());
  return new Map(
    asked.flatMap((key): [string, number][] => {
      const seq = identified.get(key) ?? stored.get(key);
      if (seq === undefined || seq >= end) return [];
      const isDoubtful = !identified.has(key) && (shared.has(seq) || taken.has(seq));
      return isDoubtful ? [] : [[key, seq]];
    }),
  );
}
