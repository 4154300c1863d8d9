import {formatCount} from '../util/format.ts';
import type {Failure} from './sync-progress.ts';

/** `1 file and 2 refs could not be read`. For one failure or more. */
export function failureWords(failures: readonly Pick<Failure, 'kind'>[]): string {
  const counted = [
    ['object', 'file'],
    ['ref', 'ref'],
  ].flatMap(([kind, word]) => {
    const count = failures.filter((failure) => failure.kind === kind).length;
    return count === 0 ? [] : `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
  });
  return `${counted.join(' and ')} could not be read`;
}
