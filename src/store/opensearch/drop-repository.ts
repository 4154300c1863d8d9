import {CtrError} from '../../util/ctr-error.ts';
import {
  allNames,
  type Collection,
  type Collections,
  readCollections,
  refreshCollections,
} from './collections.ts';
import {publishRefs} from './published-refs.ts';
import {listRepositories, removeRepository} from './repositories.ts';
import type {Server} from './server.ts';

/** So that no single request runs long, and none has to be watched as a task of the cluster. */
const DELETE_BATCH = 10_000;

/**
 * Nothing of the repository is left; nor of the set, where nobody else lives in it. Refs go first, so that nothing is
 * shown that is half gone; the record last, so that an interrupted call is known to be unfinished.
 */
export async function dropRepository(server: Server, collections: Collections, repo: string): Promise<void> {
  // Throws where the names belong to somebody else's indexes: those are not ours to delete.
  await readCollections(server, collections);
  const others = (await listRepositories(server, collections)).filter(({id}) => id !== repo);
  if (others.length === 0) {
    const query = {ignore_unavailable: true};
    await server.send({method: 'DELETE', path: `/${allNames(collections)}`, query, expected: [404]});
    return;
  }
  const {files, commits, refs} = collections;
  await publishRefs(server, files, {refs: [], repo, prefix: ''});
  for (const collection of [refs, commits, files]) await deleteDocuments(server, collection, repo);
  await removeRepository(server, collections, repo);
}

async function deleteDocuments(server: Server, {name}: Collection, repo: string): Promise<void> {
  // A deletion by query sees what a query sees.
  await refreshCollections(server, name);
  for (;;) {
    const {body} = await server.send({
      method: 'POST',
      path: `/${name}/_delete_by_query`,
      query: {max_docs: DELETE_BATCH, conflicts: 'proceed', refresh: true},
      body: {query: {term: {repo}}},
    });
    if (body.failures?.length > 0) throw undeletable(name, body.failures[0]);
    if (body.total === 0) return;
  }
}

function undeletable(name: string, failure: unknown): CtrError {
  return new CtrError('BACKEND_UNAVAILABLE', `documents of ${name} cannot be deleted`, {
    hint: 'See the log of OpenSearch, then try again.',
    data: {failure},
  });
}
