import {editDistance} from '../../util/edit-distance.ts';
import {FILTERS, type Filter, filtersListed} from './filters.ts';

/** A word of a query that looks like a filter and is none: it is searched for as words. */
export interface UnknownFilter {
  readonly name: string;
  /** The nearest filter; null if none is near. */
  readonly near: Filter | null;
}

/** A word, a colon and a value; no address (`http://x`), no C++ (`std::vector`), no time (`12:30`), no drive (`C:x`). */
const LOOKS_LIKE_FILTER = /^([a-z][a-z_-]{1,19}):(?!:|\/\/)(?=.*[\p{L}\p{N}\p{Co}])/iu;
/** Addresses without slashes, and a port. */
const ADDRESS = /^(?:mailto|data|urn|tel|javascript|about):|^localhost:\d/i;

/** The unknown filter in a word of a query; undefined for a plain word. */
export function unknownFilterIn(word: string): UnknownFilter | undefined {
  const name = ADDRESS.test(word) ? undefined : LOOKS_LIKE_FILTER.exec(word)?.[1]?.toLowerCase();
  return name === undefined ? undefined : {name, near: nearest(name)};
}

function nearest(name: string): Filter | null {
  const distanceMax = name.length < 5 ? 1 : 2;
  const [near] = FILTERS.map((filter) => ({filter, distance: editDistance(name, filter, distanceMax)}))
    .filter(({distance}) => distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance);
  return near?.filter ?? null;
}

/** One sentence for a person. */
export function unknownFilterWords({name, near}: UnknownFilter): string {
  const guess = near === null ? '' : ` Did you mean ${near}:?`;
  return `${name}: is no filter, and was searched for as words. ${filtersListed()}${guess}`;
}
