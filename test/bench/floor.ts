/** A way to store the same documents with nothing around it: neither Git, nor what ctr makes of it, nor refs. */
export interface Floor {
  readonly title: string;
  /** Stores all documents into a fresh index, which is gone afterwards; the seconds that storing took. */
  measure(): Promise<number>;
}

/** The floors of one import. */
export interface Floors extends AsyncDisposable {
  /**
   * The bare loop, one batch after another, each stored before the next begins; and, faster than it, the engine when
   * it is never kept waiting.
   */
  readonly floors: readonly [bareLoop: Floor, engineAlone: Floor];
}
