import {CtrError} from '../util/ctr-error.ts';

/** The index does not have what it must have: somebody took it out behind our back. */
export function lostCommit(oid: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `the index has lost commit ${oid}`, {
    hint: 'Run `ctr uninstall --purge`, then `ctr install`: everything can be built again from Git.',
    data: {oid},
  });
}
