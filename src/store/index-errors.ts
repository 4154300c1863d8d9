import {CtrError} from '../util/ctr-error.ts';

/** Advice for a lost or damaged index. */
const REBUILD = 'Run `ctr reindex`: it builds the index again from Git.';

/**
 * The index cannot be used as a whole: a part of it is lost, closed, damaged, or comes from another time than the
 * rest. INDEX_UNUSABLE, which `ctr reindex` answers by building without the old index.
 */
export function unusableIndex(
  why: string,
  {hint = REBUILD, ...options}: {hint?: string; cause?: unknown; data?: Record<string, unknown>} = {},
): CtrError {
  return new CtrError('INDEX_UNUSABLE', why, {hint, ...options});
}

/** A collection is lost, emptied, or was restored from another time than the others. */
export function lostCollection(name: string, what: string): CtrError {
  return unusableIndex(`the index cannot be used: ${name} ${what}`, {data: {name}});
}

/**
 * The tables or mappings of an index are those of another version of ctr, older or newer. Each backend looks in one
 * place, before it reads or writes anything else.
 */
export function otherVersion(what: string, {found, own}: {found: number; own: number}): CtrError {
  const isOlder = found < own;
  return unusableIndex(
    `${what} was made by ${isOlder ? 'an older' : 'a newer'} ctr (schema ${found}, this one has ${own})`,
    {
      data: {found, own},
      ...(!isOlder && {
        hint: `Update ctr. Or build the index for this version again from Git: \`ctr reindex\`.`,
      }),
    },
  );
}

/** True if `ctr reindex` must build without the old index. */
export function isUnusable(error: unknown): error is CtrError {
  return error instanceof CtrError && error.code === 'INDEX_UNUSABLE';
}

/** Another run has stored one of the ids under another number. */
export function seqTaken(what: 'entries' | 'commits', data: Record<string, unknown>): CtrError {
  return new CtrError('CONFLICT', `another sync wrote the same ${what} at the same time`, {
    hint: 'Run `ctr sync` again.',
    data,
  });
}

/** Another generation took over while a run wrote into the one before. */
export function replacedIndex(): CtrError {
  return new CtrError('CONFLICT', 'the index was built again during this run', {
    hint: 'Run `ctr sync` again.',
  });
}

/** The repository may not live in the set, because of `owner`. */
export function occupiedIndex({id, name}: {id: string; name: string}): CtrError {
  return new CtrError('CONFLICT', `this index belongs to the repository ${name} (${id})`, {
    hint: 'Set another ctr.index.name, or set ctr.index.shared to true on both and give each its own ctr.name.',
    data: {id, name},
  });
}

/** The collections were never created. */
export function nothingIndexed(): CtrError {
  return new CtrError('NOT_FOUND', 'nothing is indexed here yet', {
    hint: 'Run `ctr sync`, or check ctr.index.name.',
  });
}
