import {editDistance} from '../util/edit-distance.ts';

/** All filters. */
export const FILTERS = ['path', 'ext', 'lang', 'type'] as const;
export type Filter = (typeof FILTERS)[number];

/** A word of a query that looks like a filter and is none: it is searched for as words. */
export interface UnknownFilter {
  readonly name: string;
  /** The nearest filter; null if none is near. */
  readonly near: Filter | null;
}

/** Names of filters in other search engines. */
const ALIASES: Readonly<Record<string, Filter>> = {
  file: 'path',
  filename: 'path',
  filepath: 'path',
  name: 'path',
  dir: 'path',
  directory: 'path',
  folder: 'path',
  in: 'path',
  extension: 'ext',
  suffix: 'ext',
  language: 'lang',
  kind: 'type',
  filetype: 'type',
  mime: 'type',
};

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
  // Own members only: a name may be `constructor`.
  return (Object.hasOwn(ALIASES, name) ? ALIASES[name] : near?.filter) ?? null;
}

/** One sentence for a person. */
export function unknownFilterWords({name, near}: UnknownFilter): string {
  const guess = near === null ? '' : ` Did you mean ${near}:?`;
  return `${name}: is no filter, and was searched for as words. ${filtersListed()}${guess}`;
}

export function filtersListed(): string {
  return `Filters are ${FILTERS.map((filter) => `${filter}:`).join(', ')}.`;
}
