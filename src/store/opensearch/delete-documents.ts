import {CtrError} from '../../util/ctr-error.ts';
import type {QueryClause} from './bitmap-filter.ts';
import {type Collection, refreshCollections} from './collection-indexes.ts';

/** So that no single request runs long, and none has to be watched as a task of the cluster. */
const DELETE_BATCH = 10_000;

/** No document that fits the query is left, for queries neither. Returns how many were deleted. */
export async function deleteDocuments(collection: Collection, query: QueryClause): Promise<number> {
  const {server, name, writer} = collection;
  // A deletion by query sees what a query sees.
  await refreshCollections(collection);
  for (let deleted = 0; ; ) {
    const {body} = await server.send({
      method: 'POST',
      path: `/${writer}/_delete_by_query`,
      query: {max_docs: DELETE_BATCH, conflicts: 'proceed', refresh: true},
      body: {query},
    });
    if (body.failures?.length > 0) throw undeletable(name, body.failures[0]);
    deleted += Number(body.deleted);
    // A document that was changed in between is found again: it must be deleted with its new content, too.
    if (body.total === 0 || (body.total < DELETE_BATCH && body.version_conflicts === 0)) return deleted;
  }
}

function undeletable(name: string, failure: unknown): CtrError {
  return new CtrError('BACKEND_UNAVAILABLE', `documents of ${name} cannot be deleted`, {
    hint: 'See the log of OpenSearch, then try again.',
    data: {failure},
  });
}
