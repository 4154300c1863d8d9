import {namePattern, pathPatternToRegExp} from '../path-pattern.ts';
import type {QueryScope} from './query.ts';

/** A name has to fit one pattern that is not negated, if there are any, and no negated one. A glob is the whole name. */
export function makeNameTest(patterns: QueryScope['repositories']): (name: string) => boolean {
  const tests = patterns.map(({pattern, isNegated}) => ({
    isNegated,
    regExp: pathPatternToRegExp(namePattern(pattern)),
  }));
  const wanted = tests.filter(({isNegated}) => !isNegated);
  const unwanted = tests.filter(({isNegated}) => isNegated);
  return (name) =>
    (wanted.length === 0 || wanted.some(({regExp}) => regExp.test(name))) &&
    !unwanted.some(({regExp}) => regExp.test(name));
}
