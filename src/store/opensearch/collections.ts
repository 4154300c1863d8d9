import type {CollectionStore} from '../ports/collections.ts';
import {allNames, type Collection, type Collections, refreshCollections} from './collection-indexes.ts';
import {expunge} from './expunge.ts';
import type {Server} from './server.ts';
import type {StoreContext} from './store-context.ts';
import {findLoss} from './tallies.ts';

export function makeCollectionStore(
  {server, collections, write, create, exist, tallies}: StoreContext,
  engine: string,
): CollectionStore {
  return {
    backend: 'opensearch',
    engine,
    createCollections: create,
    hasCollections: exist,
    findLoss: (repo) => findLoss(server, collections, repo),
    rememberHoldings: (repo) => write((to) => tallies.keep(to, repo)),
    refresh: () => refreshCollections(server, allNames(collections)),
    expunge: () => write((to) => expunge(server, to)),
    count: (repo) => count(server, collections, repo),
  };
}

/**
 * Counts the stored documents of the repository that queries see. The bytes of a shared set are divided in proportion to
 * the documents.
 */
async function count(
  server: Server,
  collections: Collections,
  repo: string,
): Promise<{entries: number; commits: number; refs: number; sizeBytes: number}> {
  const {files, commits, refs} = collections;
  const ofRepo = {term: {repo}};
  const counts = {
    entries: await countDocuments(server, files, ofRepo),
    commits: await countDocuments(server, commits, ofRepo),
    refs: await countDocuments(server, refs, {bool: {filter: [ofRepo, {term: {type: 'ref'}}]}}),
  };
  const path = `/${allNames(collections)}/_stats/docs,store`;
  const {body} = await server.send({method: 'GET', path, query: {filter_path: '_all.primaries'}});
  const {docs, store} = body._all.primaries as {docs: {count: number}; store: {size_in_bytes: number}};
  const all = Math.max(1, docs.count);
  const mine = counts.entries + counts.commits + counts.refs;
  return {...counts, sizeBytes: Math.ceil(store.size_in_bytes * Math.min(1, mine / all))};
}

async function countDocuments(server: Server, {name}: Collection, query: object): Promise<number> {
  const {body} = await server.send({method: 'POST', path: `/${name}/_count`, body: {query}});
  return Number(body.count);
}
