import {CtrError} from '../../util/ctr-error.ts';
import type {RepositoryStore} from '../ports/repositories.ts';
import {collectionsOf} from './collection-indexes.ts';
import {deleteDocuments} from './delete-documents.ts';
import {readGenerations} from './find-generations.ts';
import {deleteIndexes} from './generations.ts';
import {publishRefs} from './published-refs.ts';
import {listRepositories, putRepository, removeRepository} from './repository-records.ts';
import type {StoreContext} from './store-context.ts';
import type {Target} from './targets.ts';

/** `index` names the whole set, which goes with its last repository. */
export function makeRepositoryStore({collections, write}: StoreContext, index: string): RepositoryStore {
  return {
    listRepositories: () => listRepositories(collections),
    putRepository: (record) => write((to) => putRepository(to, record)),
    dropRepository: (repo) => dropRepository({collections, write}, index, repo),
  };
}

/**
 * Deletes everything of the repository, and the whole set if no other repository uses it, also a damaged one. Refs are
 * deleted first, so that no half deleted content is shown; the record last, so that an interruption is noticed.
 */
async function dropRepository(
  {collections, write}: Pick<Target, 'collections' | 'write'>,
  index: string,
  repo: string,
): Promise<void> {
  const {server} = collections.refs;
  // Throws if the names belong to indexes of others: ctr must not delete those.
  const {indexes, current = 1, unusable} = await readGenerations(server, index);
  const repositories = await listRepositories(collectionsOf(server, index, current)).catch(
    (error: unknown) => {
      // An unusable set whose repositories are unknown.
      if (unusable && error instanceof CtrError && !error.isRetryable) return [];
      throw error;
    },
  );
  const names = indexes.map(({name}) => name);
  if (repositories.every(({id}) => id === repo)) return deleteIndexes(server, names);
  await write(async (to) => {
    const {files, commits, refs} = to;
    await publishRefs(files, {refs: [], repo, prefix: ''});
    for (const collection of [refs, commits, files]) await deleteDocuments(collection, {term: {repo}});
    await removeRepository(to, repo);
  });
}
