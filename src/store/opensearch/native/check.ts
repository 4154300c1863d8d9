import {CtrError} from '../../../util/ctr-error.ts';

const TEXT_MAX_CHARS = 4096;

/** The remaining budget of a search, which limits its queries and aggregations. */
export interface Budget {
  queries: number;
  aggregations: number;
  /** How much deeper queries may lie within queries. */
  depth: number;
}

/** Passes what is allowed. `at` says where in the body it stands. @throws QUERY for everything else. */
export type Check = (value: unknown, at: string, budget: Budget) => void;

export function refused(at: string, why: string): CtrError {
  const shown = at.length > 200 ? `${at.slice(0, 200).toWellFormed()}...` : at;
  return new CtrError('QUERY', `not allowed on a branch: ${shown} ${why}`, {
    hint: 'docs/api.md lists what of the query language is.',
  });
}

export const text: Check = (value, at) => {
  if (typeof value !== 'string') throw refused(at, 'is no text');
  if (value.length > TEXT_MAX_CHARS) throw refused(at, `is longer than ${TEXT_MAX_CHARS} characters`);
};

export const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') throw refused(at, 'is neither true nor false');
};

/** A text, number, boolean or null: nothing that could refer to anything. */
export const scalar: Check = (value, at, budget) => {
  if (typeof value === 'string') text(value, at, budget);
  else if (typeof value === 'object' && value !== null) throw refused(at, 'is no plain value');
};

export function number({min, max}: {min: number; max: number}): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw refused(at, `is not a number from ${min} to ${max}`);
    }
  };
}

export function list(item: Check, {max}: {max: number}): Check {
  return (value, at, budget) => {
    if (!Array.isArray(value)) throw refused(at, 'is no list');
    if (value.length > max) throw refused(at, `has more than ${max} items`);
    for (const [index, one] of value.entries()) item(one, `${at}[${index}]`, budget);
  };
}

/** One, or a list of such. */
export function oneOrMore(item: Check, limits: {max: number}): Check {
  const several = list(item, limits);
  return (value, at, budget) => (Array.isArray(value) ? several : item)(value, at, budget);
}

/** An object with these members and no others; none of them must be there. */
export function object(members: Readonly<Record<string, Check>>): Check {
  const known = new Map(Object.entries(members));
  return (value, at, budget) => {
    for (const [name, member] of entriesOf(value, at)) {
      const check = known.get(name);
      if (!check) throw refused(`${at}.${name}`, 'is not known');
      check(member, `${at}.${name}`, budget);
    }
  };
}

/** An object whose members have names of the client's own: fields, aggregations. */
export function named(member: Check, {max}: {max: number}): Check {
  return (value, at, budget) => {
    const entries = entriesOf(value, at);
    if (entries.length > max) throw refused(at, `has more than ${max} members`);
    for (const [name, inner] of entries) member(inner, `${at}.${name}`, budget);
  };
}

/** Members that all are plain values. */
export function plain(...names: string[]): Record<string, Check> {
  return Object.fromEntries(names.map((name) => [name, scalar]));
}

export function entriesOf(value: unknown, at: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(at, 'is no object');
  return Object.entries(value);
}
