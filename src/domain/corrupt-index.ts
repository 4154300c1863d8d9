import {CtrError} from '../util/ctr-error.ts';

/** Something in the index cannot be what ctr has written there: a disk, or somebody, has changed it. */
export function corruptIndex(what: string, options: {cause?: unknown} = {}): CtrError {
  return new CtrError('INDEX_CORRUPT', `the index is damaged: ${what}`, {
    hint: 'Run `ctr verify --repair`: it names what is wrong and mends it from Git.',
    ...options,
  });
}
