import {CtrError} from '../util/ctr-error.ts';

/** A value in the index that ctr cannot have written: a disk fault or another program has changed it. */
export function corruptIndex(
  what: string,
  options: {cause?: unknown; data?: Record<string, unknown>} = {},
): CtrError {
  return new CtrError('INDEX_CORRUPT', `the index is damaged: ${what}`, {
    hint: 'Run `ctr verify --repair`: it names what is wrong and repairs it from Git.',
    ...options,
  });
}

/** The index lacks a commit that it must have: another program has removed it. */
export function lostCommit(oid: string): CtrError {
  return corruptIndex(`commit ${oid} is lost`, {data: {oid}});
}
