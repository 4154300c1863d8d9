import {displayPath} from '../domain/path.ts';
import {shortRefName} from '../domain/ref.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNotLost} from './assert-not-lost.ts';
import type {Reader} from './open-reader.ts';

const NAMED_MAX = 5;

/** Full names of the refs that lead to a commit, branches first, each kind by name: what there is in place of HEAD. */
export async function listInsteadOfHead({store, repository}: Reader): Promise<string[]> {
  const live = (await store.listRefs(repository.id)).filter(({state}) => state === 'live');
  const branches = live.filter(({kind}) => kind === 'branch');
  return [...branches, ...live.filter(({kind}) => kind !== 'branch')].map(({name}) => name);
}

/** HEAD leads to no commit: why, and what there is instead. */
export async function lostHead(reader: Reader): Promise<CtrError> {
  const {head} = reader.repository;
  const names = await listInsteadOfHead(reader);
  if (names.length === 0) {
    await assertNotLost(reader);
    return new CtrError('UNKNOWN_REF', 'the index shows no branch, tag or commit yet', {
      hint: 'Where the first import is running, `ctr status` says how far it is; else push a branch.',
    });
  }
  const why = head ? `HEAD's branch ${displayPath(head)} is not in the index` : 'HEAD points at no branch';
  const shown = names.slice(0, NAMED_MAX).map((name) => displayPath(shortRefName(name)));
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  return new CtrError('UNKNOWN_REF', `${why}; there is ${shown.join(', ')}${more}`, {
    hint: 'Name one with --ref (`ctr refs` lists them), or let HEAD name a branch that is there: git symbolic-ref HEAD refs/heads/<branch>.',
    data: {head: head ?? null},
  });
}
