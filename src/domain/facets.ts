/** How many matches have a value: most first, equal ones by value; at most 1000 values (10,000 directories). */
export type Facet = readonly {readonly value: string; readonly count: number}[];

/** All matches by what they are, independent of the limit of the hits. A match without such a value is not counted. */
export interface Facets {
  readonly languages: Facet;
  /** Without dot, in lower case. */
  readonly extensions: Facet;
  /** The directories that files lie in themselves; the root is empty. */
  readonly directories: Facet;
  /** Why files are not found by words. */
  readonly notIndexed: Facet;
}
