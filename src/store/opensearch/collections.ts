import type {CollectionStore} from '../ports/collections.ts';
import {type Collection, type Collections, namesOf, refreshCollections} from './collection-indexes.ts';
import {expunge} from './expunge.ts';
import type {StoreContext} from './store-context.ts';
import {findLoss} from './tallies.ts';

export function makeCollectionStore(
  {collections, write, create, exist, tallies}: StoreContext,
  engine: string,
): CollectionStore {
  const {files, commits, refs} = collections;
  return {
    backend: 'opensearch',
    engine,
    createCollections: create,
    hasCollections: exist,
    findLoss: (repo) => findLoss(collections, repo),
    rememberHoldings: (repo) => write((to) => tallies.keep(to, repo)),
    refresh: () => refreshCollections(files, commits, refs),
    hasDeletedBytes: async () => false,
    expunge: () => write((to) => expunge(to)),
    count: (repo) => count(collections, repo),
  };
}

/**
 * Counts the stored documents of the repository that queries see. The bytes of a shared set are divided in proportion to
 * the documents.
 */
async function count(
  collections: Collections,
  repo: string,
): Promise<{entries: number; commits: number; refs: number; sizeBytes: number}> {
  const {files, commits, refs} = collections;
  const ofRepo = {term: {repo}};
  const counts = {
    entries: await countDocuments(files, ofRepo),
    commits: await countDocuments(commits, ofRepo),
    refs: await countDocuments(refs, {bool: {filter: [ofRepo, {term: {type: 'ref'}}]}}),
  };
  const path = `/${namesOf([files, commits, refs])}/_stats/docs,store`;
  const {body} = await files.server.send({method: 'GET', path, query: {filter_path: '_all.primaries'}});
  const {docs, store} = body._all.primaries as {docs: {count: number}; store: {size_in_bytes: number}};
  const all = Math.max(1, docs.count);
  const mine = counts.entries + counts.commits + counts.refs;
  return {...counts, sizeBytes: Math.ceil(store.size_in_bytes * Math.min(1, mine / all))};
}

async function countDocuments({server, name}: Collection, query: object): Promise<number> {
  const {body} = await server.send({method: 'POST', path: `/${name}/_count`, body: {query}});
  return Number(body.count);
}
