import {readCommitTimes} from './commit-times.ts';
import {listRefs} from './list-refs.ts';
import type {Reader} from './open-reader.ts';
import {pageRefs, type RefsPage, type RefsWanted} from './page-refs.ts';

/**
 * One page of the refs. One request, and where dates matter one for each 5000 commits that have not been looked at lately.
 * @throws USAGE for an `after` that is none of this order.
 */
export async function browseRefs(reader: Reader, wanted: RefsWanted): Promise<RefsPage> {
  return pageRefs(await listRefs(reader), wanted, {
    head: reader.repository.head,
    timesOf: (refs) =>
      readCommitTimes(
        reader,
        refs.flatMap(({commit}) => commit ?? []),
      ),
  });
}
