/** The two series of numbers. */
export type SeqSeries = 'entries' | 'commits';

/** The numbers of entries and commits: which are given, and which are stored. */
export interface SeqStore {
  /**
   * Reserves `count` consecutive numbers for the caller alone and returns the first. Entries and commits have
   * separate series, one per set, each from 0. Numbers that are never used are harmless. A `count` of 0 writes
   * nothing, and returns the next number of the counter. Never returns a number that something in the set has or
   * names, also where the counter was lost or restored from an older time: a store looks before its first reservation.
   */
  reserveSeqs(series: SeqSeries, count: number): Promise<number>;
  /** The seqs of everything that is stored for the repository, also of what no ref shows, as a bitmap. */
  readStoredSeqs(repo: string, series: SeqSeries): Promise<Uint8Array>;
}
