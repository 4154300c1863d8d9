import type {QueryClause} from './bitmap-filter.ts';
import type {Collection} from './collection-indexes.ts';
import {type Hit, readWindow} from './pages.ts';

/** How long OpenSearch keeps its place between two pages. */
const KEPT = '10m';

/**
 * Every document that fits the query, whole (but for `excludes`), page by page, as of the first page. By scroll, not
 * by `search_after`: that needs a field in which no two documents are equal, and a damaged index has none.
 */
export async function* scrollDocuments(
  collection: Collection,
  {query, excludes = [], pageSize}: {query: QueryClause; excludes?: readonly string[]; pageSize: number},
): AsyncGenerator<Hit[]> {
  const {server, name} = collection;
  const begin = (size: number, expected: readonly number[]) =>
    server.send({
      method: 'POST',
      path: `/${name}/_search`,
      query: {scroll: KEPT, allow_partial_search_results: false},
      body: {query, size, sort: ['_doc'], _source: {excludes}, seq_no_primary_term: true},
      expected,
    });
  let answer = await begin(pageSize, [400]);
  // A page that is larger than the owner allows, or a failure that the second request tells.
  if (answer.status === 400) answer = await begin(Math.min(pageSize, await readWindow(collection)), []);
  try {
    while (answer.body.hits.hits.length > 0) {
      yield answer.body.hits.hits as Hit[];
      answer = await server.send({
        method: 'POST',
        path: '/_search/scroll',
        body: {scroll: KEPT, scroll_id: answer.body._scroll_id},
      });
    }
  } finally {
    const body = {scroll_id: [answer.body._scroll_id]};
    await server.send({method: 'DELETE', path: '/_search/scroll', body, expected: [404]});
  }
}
