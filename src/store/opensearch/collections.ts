import {CtrError} from '../../util/ctr-error.ts';
import {COLLECTION_KINDS, type CollectionKind, collectionBody, SCHEMA_VERSION} from './mappings.ts';
import type {Server} from './server.ts';

/**
 * The names of a set's collections.
 *
 * `writer` is an alias of the collection, through which all writes go with `require_alias`: without it, OpenSearch
 * would answer a write to a collection that somebody deleted by creating it anew, with guessed mappings.
 */
export interface Collection {
  readonly name: string;
  readonly writer: string;
}

export type Collections = Readonly<Record<CollectionKind, Collection>>;

export function collectionsOf(index: string): Collections {
  const named = (kind: CollectionKind) => ({name: `${index}-${kind}`, writer: `${index}-${kind}-write`});
  return {files: named('files'), commits: named('commits'), refs: named('refs')};
}

/** All three, as OpenSearch takes several names in a path. */
export function allNames(collections: Collections): string {
  return COLLECTION_KINDS.map((kind) => collections[kind].name).join(',');
}

/** The collections exist afterwards. Others may create them at the same time. */
export async function createCollections(server: Server, collections: Collections): Promise<void> {
  const existing = await readCollections(server, collections);
  const missing = COLLECTION_KINDS.filter((kind) => !existing.has(kind));
  for (const kind of missing) await createCollection(server, kind, collections[kind]);
  // Whoever was there first may have been somebody else than ctr.
  if (missing.length > 0) await readCollections(server, collections);
}

async function createCollection(
  server: Server,
  kind: CollectionKind,
  {name, writer}: Collection,
): Promise<void> {
  const body = {...collectionBody(kind), aliases: {[writer]: {}}};
  const {status, body: answer} = await server.send({method: 'PUT', path: `/${name}`, body, expected: [400]});
  const type: unknown = answer?.error?.type;
  if (status === 400 && type !== 'resource_already_exists_exception') {
    // The answer to the same request, this time as a failure.
    await server.send({method: 'PUT', path: `/${name}`, body});
  }
}

/** Whether all three collections exist. */
export async function hasCollections(server: Server, collections: Collections): Promise<boolean> {
  return (await readCollections(server, collections)).size === COLLECTION_KINDS.length;
}

/** Which of the collections exist. @throws BACKEND_UNSUPPORTED when one has the name but was not made by us. */
export async function readCollections(
  server: Server,
  collections: Collections,
): Promise<Set<CollectionKind>> {
  const path = `/${allNames(collections)}/_mapping`;
  const {body} = await server.send({method: 'GET', path, query: {ignore_unavailable: true}});
  const existing = new Set<CollectionKind>();
  for (const kind of COLLECTION_KINDS) {
    const name = collections[kind].name;
    const found = body[name] as {mappings?: {_meta?: {ctr?: number}}} | undefined;
    if (!found) continue;
    if (found.mappings?._meta?.ctr !== SCHEMA_VERSION)
      throw foreignCollection(name, found.mappings?._meta?.ctr);
    existing.add(kind);
  }
  return existing;
}

function foreignCollection(name: string, version: number | undefined): CtrError {
  const what = version === undefined ? 'was not made by ctr' : `was made by another ctr (schema ${version})`;
  return new CtrError('BACKEND_UNSUPPORTED', `the index ${name} exists, but ${what}`, {
    hint:
      version === undefined ? 'Set another ctr.index.name.' : 'Update ctr, or set another ctr.index.name.',
    data: {name, version},
  });
}

/** Everything written so far is visible to queries afterwards. */
export async function refreshCollections(server: Server, names: string): Promise<void> {
  await server.send({method: 'POST', path: `/${names}/_refresh`});
}
