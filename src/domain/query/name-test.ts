import {namePattern, pathTest} from '../path-pattern.ts';
import type {QueryScope} from './query.ts';

/** A name has to fit one pattern that is not negated, if there are any, and no negated one. A glob is the whole name. */
export function makeNameTest(patterns: QueryScope['repositories']): (name: string) => boolean {
  const tests = patterns.map(({pattern, isNegated}) => ({
    isNegated,
    fits: pathTest(namePattern(pattern)),
  }));
  const wanted = tests.filter(({isNegated}) => !isNegated);
  const unwanted = tests.filter(({isNegated}) => isNegated);
  return (name) =>
    (wanted.length === 0 || wanted.some(({fits}) => fits(name))) && !unwanted.some(({fits}) => fits(name));
}
