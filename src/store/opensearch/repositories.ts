import {CtrError} from '../../util/ctr-error.ts';
import type {RepositoryStore} from '../ports/repositories.ts';
import {collectionsOf} from './collection-indexes.ts';
import {deleteDocuments} from './delete-documents.ts';
import {readGenerations} from './find-generations.ts';
import {deleteIndexes} from './generations.ts';
import {publishRefs} from './published-refs.ts';
import type {Server} from './server.ts';
import {listRepositories, putRepository, removeRepository} from './set-document.ts';
import type {StoreContext} from './store-context.ts';
import type {Target} from './targets.ts';

/** `index` names the whole set, which goes with its last repository. */
export function makeRepositoryStore(
  {server, collections, write}: StoreContext,
  index: string,
): RepositoryStore {
  return {
    listRepositories: () => listRepositories(server, collections),
    putRepository: (record) => write((to) => putRepository(server, to, record)),
    dropRepository: (repo) => dropRepository(server, {index, write}, repo),
  };
}

/**
 * Nothing of the repository is left; nor of the set, where nobody else lives in it, also where it is damaged. Refs go
 * first, so that nothing is shown that is half gone; the record last, so that an interrupted call is known to be unfinished.
 */
async function dropRepository(
  server: Server,
  {index, write}: {index: string; write: Target['write']},
  repo: string,
): Promise<void> {
  // Throws where the names belong to somebody else's indexes: those are not ours to delete.
  const {indexes, current = 1, unusable} = await readGenerations(server, index);
  const repositories = await listRepositories(server, collectionsOf(index, current)).catch(
    (error: unknown) => {
      // A set of which nobody can tell who lives in it, and that nobody can use.
      if (unusable && error instanceof CtrError && !error.isRetryable) return [];
      throw error;
    },
  );
  if (repositories.every(({id}) => id === repo)) {
    return deleteIndexes(
      server,
      indexes.map(({name}) => name),
    );
  }
  await write(async (collections) => {
    const {files, commits, refs} = collections;
    await publishRefs(server, files, {refs: [], repo, prefix: ''});
    for (const collection of [refs, commits, files])
      await deleteDocuments(server, collection, {term: {repo}});
    await removeRepository(server, collections, repo);
  });
}
