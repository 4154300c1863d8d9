import {openIndex} from '../../store/open-stores.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {findStoreChange, unconfirmed} from './assert-confirmed.ts';
import {indexLocationOf} from './locations.ts';
import type {Indexed} from './store-memory.ts';

/**
 * The index that the repository is in, also where the settings name another one by now.
 * @throws CONFIG where they do and that index cannot be reached: the change is what to tell of.
 */
export async function openConfirmedIndex(workspace: Indexed): Promise<IndexSet> {
  const change = findStoreChange(workspace);
  if (!change) return openIndex(workspace.indexLocation);
  try {
    return await openIndex(indexLocationOf(change.from, workspace));
  } catch (error) {
    throw error instanceof CtrError ? unconfirmed(workspace, change) : error;
  }
}
