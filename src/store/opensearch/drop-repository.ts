import {type Collections, listGenerations} from './collections.ts';
import {deleteDocuments} from './delete-documents.ts';
import {deleteGenerations} from './generations.ts';
import {publishRefs} from './published-refs.ts';
import {listRepositories, removeRepository} from './repositories.ts';
import type {Server} from './server.ts';

/**
 * Nothing of the repository is left; nor of the set, where nobody else lives in it. Refs go first, so that nothing is
 * shown that is half gone; the record last, so that an interrupted call is known to be unfinished.
 */
export async function dropRepository(
  server: Server,
  {index, collections}: {index: string; collections: Collections},
  repo: string,
): Promise<void> {
  // Throws where the names belong to somebody else's indexes: those are not ours to delete.
  const generations = await listGenerations(server, index);
  const others = (await listRepositories(server, collections)).filter(({id}) => id !== repo);
  if (others.length === 0) {
    return deleteGenerations(server, index, generations, [...generations.kinds.keys()]);
  }
  const {files, commits, refs} = collections;
  await publishRefs(server, files, {refs: [], repo, prefix: ''});
  for (const collection of [refs, commits, files]) await deleteDocuments(server, collection, {term: {repo}});
  await removeRepository(server, collections, repo);
}
