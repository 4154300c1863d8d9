/** The number of matches by value: greatest first, equal ones by value; at most 1000 values (10,000 directories). */
export type Facet = readonly {readonly value: string; readonly count: number}[];

/** Counts of all matches, independent of the limit of hits. A match without a value is not counted. */
export interface Facets {
  readonly languages: Facet;
  /** Without dot, in lower case. */
  readonly extensions: Facet;
  /** The direct directories of files; the root is empty. */
  readonly directories: Facet;
  /** Reasons why files cannot be found by words. */
  readonly notIndexed: Facet;
}
