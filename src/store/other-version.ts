import {CtrError} from '../util/ctr-error.ts';

/**
 * The tables or mappings of an index are those of another version of ctr, older or newer. Each backend looks in one
 * place, before it reads or writes anything else.
 */
export function otherVersion(what: string, {found, own}: {found: number; own: number}): CtrError {
  const isOlder = found < own;
  return new CtrError(
    'BACKEND_UNSUPPORTED',
    `${what} was made by ${isOlder ? 'an older' : 'a newer'} ctr (schema ${found}, this one has ${own})`,
    {
      hint: isOlder
        ? 'Run `ctr reindex`: it builds the index again from Git.'
        : 'Update ctr. Or run `ctr reindex` to build the index again from Git for this version.',
      data: {found, own},
    },
  );
}
