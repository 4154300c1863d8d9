import {randomUUID} from 'node:crypto';
import {foreignCollection, type Generations, listGenerations, readGenerations} from './find-generations.ts';
import {COLLECTION_KINDS, type CollectionKind, collectionBody, type IndexLayout} from './mappings.ts';
import type {Server} from './server.ts';

/** One collection of a set: where it is, and its names. */
export interface Collection {
  readonly server: Server;
  /**
   * The name for reads: `<index>-files`, an alias of the current generation, which can move during reads. For a generation
   * that is being built, the index itself.
   */
  readonly name: string;
  /** The index itself: `<index>-files-1`. */
  readonly concrete: string;
  /**
   * An alias of the index, through which all writes go with `require_alias`: without it, a write
   * to a deleted collection would make OpenSearch create it again, with guessed mappings. Each generation has its own
   * alias, which is deleted when the generation is replaced: later writes to that generation are refused.
   */
  readonly writer: string;
}

/** All that reads need. */
export type ReadCollection = Pick<Collection, 'server' | 'name'>;

export type Collections = Readonly<Record<CollectionKind, Collection>>;

/** A generation of the set's collections, read by the names that readers know or (`isNext`) by its own. */
export function collectionsOf(
  server: Server,
  index: string,
  generation: number,
  {isNext = false}: {isNext?: boolean} = {},
): Collections {
  const named = (kind: CollectionKind) => {
    const concrete = indexName(index, kind, generation);
    return {server, name: isNext ? concrete : `${index}-${kind}`, concrete, writer: `${concrete}-write`};
  };
  return {files: named('files'), commits: named('commits'), refs: named('refs')};
}

export function indexName(index: string, kind: CollectionKind, generation: number): string {
  return `${index}-${kind}-${generation}`;
}

/** The names, as OpenSearch takes several in a path. */
export function namesOf(collections: readonly Collection[]): string {
  return collections.map(({name}) => name).join(',');
}

/** True if all of a generation's collections exist. */
export function isComplete({kinds}: Generations, generation: number | undefined): boolean {
  return generation !== undefined && kinds.get(generation)?.size === COLLECTION_KINDS.length;
}

/** The current generation exists afterwards, and its number is returned. Others may create it at the same time. */
export async function createCollections(server: Server, index: string, layout: IndexLayout): Promise<number> {
  const generations = await listGenerations(server, index);
  const generation = generations.current ?? Math.max(0, ...generations.kinds.keys()) + 1;
  await createGeneration(server, {index, layout, generation, generations, isCurrent: true});
  if (!isComplete(generations, generation)) await listGenerations(server, index);
  return generation;
}

/** The generation's collections exist afterwards, under the names that readers know or not. */
export async function createGeneration(
  server: Server,
  wanted: {
    index: string;
    layout: IndexLayout;
    generation: number;
    generations: Generations;
    isCurrent: boolean;
  },
): Promise<void> {
  const {index, layout, generation, generations, isCurrent} = wanted;
  const collections = collectionsOf(server, index, generation);
  const missing = COLLECTION_KINDS.filter((kind) => !generations.kinds.get(generation)?.has(kind));
  let setId: string | undefined;
  for (const kind of missing) {
    // Of several that create them at once, the one that made the first has chosen the id for all.
    setId ??= kind === COLLECTION_KINDS[0] ? randomUUID() : await readSetId(collections);
    const {name, concrete, writer} = collections[kind];
    const body = {
      ...collectionBody(kind, setId, layout),
      aliases: {[writer]: {}, ...(isCurrent && {[name]: {}})},
    };
    const isNew = await createCollection(server, concrete, {name, body});
    if (!isNew) setId = undefined;
  }
  // The index may have been made by another program than ctr.
  if (missing.length > 0) await readGenerations(server, index);
}

async function readSetId({files: {server, concrete}}: Collections): Promise<string> {
  const {body} = await server.send({method: 'GET', path: `/${concrete}/_mapping`});
  return String(body[concrete]?.mappings?._meta?.set);
}

/** True if it did not exist before. */
async function createCollection(
  server: Server,
  concrete: string,
  {name, body}: {name: string; body: object},
): Promise<boolean> {
  const request = {method: 'PUT', path: `/${concrete}`, body} as const;
  const {status, body: answer} = await server.send({...request, expected: [400]});
  const type: unknown = answer?.error?.type;
  if (status !== 400) return true;
  if (type === 'resource_already_exists_exception') return false;
  if (type === 'invalid_alias_name_exception') throw foreignCollection(name);
  // The answer to the same request, this time as a failure.
  await server.send(request);
  return true;
}

/** Everything written so far is visible to queries afterwards. */
export async function refreshCollections(
  ...collections: readonly [Collection, ...Collection[]]
): Promise<void> {
  const [{server}] = collections;
  await server.send({method: 'POST', path: `/${namesOf(collections)}/_refresh`});
}
