import {CtrError} from '../util/ctr-error.ts';

/** Something in the index cannot be what ctr has written there: a disk, or somebody, has changed it. */
export function corruptIndex(
  what: string,
  options: {cause?: unknown; data?: Record<string, unknown>} = {},
): CtrError {
  return new CtrError('INDEX_CORRUPT', `the index is damaged: ${what}`, {
    hint: 'Run `ctr verify --repair`: it names what is wrong and mends it from Git.',
    ...options,
  });
}

/** The index does not have what it must have: somebody took it out behind our back. */
export function lostCommit(oid: string): CtrError {
  return corruptIndex(`commit ${oid} is lost`, {data: {oid}});
}
