import {CtrError} from '../../util/ctr-error.ts';
import {otherVersion} from '../other-version.ts';
import {COLLECTION_KINDS, type CollectionKind, collectionBody, SCHEMA_VERSION} from './mappings.ts';
import type {Server} from './server.ts';

/** The names of one collection of a set. */
export interface Collection {
  /**
   * What is read: `<index>-files`, an alias of the current generation, which moves while readers read. Of a
   * generation that is being built, the index itself.
   */
  readonly name: string;
  /** The index itself: `<index>-files-1`. */
  readonly concrete: string;
  /**
   * An alias of the index, through which all writes go with `require_alias`: without it, OpenSearch would answer a
   * write to a collection that somebody deleted by creating it anew, with guessed mappings. Each generation has its
   * own, which goes when the generation is replaced: whoever still writes to that one is refused.
   */
  readonly writer: string;
}

export type Collections = Readonly<Record<CollectionKind, Collection>>;

/** A generation of the set's collections, read by the names that readers know or (`isNext`) by its own. */
export function collectionsOf(
  index: string,
  generation: number,
  {isNext = false}: {isNext?: boolean} = {},
): Collections {
  const named = (kind: CollectionKind) => {
    const concrete = `${index}-${kind}-${generation}`;
    return {name: isNext ? concrete : `${index}-${kind}`, concrete, writer: `${concrete}-write`};
  };
  return {files: named('files'), commits: named('commits'), refs: named('refs')};
}

/** All three, as OpenSearch takes several names in a path. */
export function allNames(collections: Collections): string {
  return COLLECTION_KINDS.map((kind) => collections[kind].name).join(',');
}

/** The generations of a set, by number. */
export interface Generations {
  /** The one that readers read; undefined where the collections were never created. */
  readonly current: number | undefined;
  /** The one that is being built: above the current one. */
  readonly next: number | undefined;
  /** Replaced, and not dropped yet. */
  readonly superseded: readonly number[];
  /** Which of a generation's collections exist. */
  readonly kinds: ReadonlyMap<number, ReadonlySet<CollectionKind>>;
}

interface FoundIndex {
  readonly aliases?: Readonly<Record<string, unknown>>;
  readonly mappings?: {readonly _meta?: {readonly ctr?: number}};
}

/** What there is. One request. @throws BACKEND_UNSUPPORTED when something has a name of ours but was not made by us. */
export async function listGenerations(server: Server, index: string): Promise<Generations> {
  const aliases = COLLECTION_KINDS.map((kind) => `${index}-${kind}`);
  const {body} = await server.send({
    method: 'GET',
    path: `/${aliases.flatMap((alias) => [alias, `${alias}-*`]).join(',')}`,
    query: {
      ignore_unavailable: true,
      // Not the filters of published refs: each may take half a megabyte.
      filter_path: [
        ...aliases.map((alias) => `*.aliases.${alias}`),
        '*.mappings._meta',
        '*.settings.index.uuid',
      ].join(),
    },
  });
  const kinds = new Map<number, Set<CollectionKind>>();
  let current: number | undefined;
  for (const [name, found] of Object.entries(body as Record<string, FoundIndex>)) {
    const own = parseName(index, name);
    if (!own) continue;
    const version = found.mappings?._meta?.ctr;
    assertOwnVersion(name, version);
    if (own.generation === undefined) throw foreignCollection(name);
    kinds.set(own.generation, (kinds.get(own.generation) ?? new Set()).add(own.kind));
    if (found.aliases?.[`${index}-${own.kind}`]) current = own.generation;
  }
  const numbers = [...kinds.keys()].sort((a, b) => a - b);
  const isNext = (number: number) => current !== undefined && number > current;
  return {
    current,
    next: numbers.find(isNext),
    superseded: numbers.filter((number) => number !== current && !isNext(number)),
    kinds,
  };
}

/** `x-files-3` is generation 3 of the files of the set x; `x-files` would be an index where our alias belongs. */
function parseName(
  index: string,
  name: string,
): {kind: CollectionKind; generation: number | undefined} | undefined {
  if (!name.startsWith(`${index}-`)) return undefined;
  const match = /^(files|commits|refs)(?:-(\d+))?$/.exec(name.slice(index.length + 1));
  if (!match) return undefined;
  return {
    kind: match[1] as CollectionKind,
    generation: match[2] === undefined ? undefined : Number(match[2]),
  };
}

/** Whether all of a generation's collections exist. */
export function isComplete({kinds}: Generations, generation: number | undefined): boolean {
  return generation !== undefined && kinds.get(generation)?.size === COLLECTION_KINDS.length;
}

/** The current generation exists afterwards, and its number is returned. Others may create it at the same time. */
export async function createCollections(server: Server, index: string): Promise<number> {
  const generations = await listGenerations(server, index);
  const generation = generations.current ?? Math.max(0, ...generations.kinds.keys()) + 1;
  const isNew = await createGeneration(server, {index, generation, generations, isCurrent: true});
  // Whoever was there first may have been somebody else than ctr.
  if (isNew) await listGenerations(server, index);
  return generation;
}

/** The generation's collections exist afterwards, under the names that readers know or not. Returns whether one was missing. */
export async function createGeneration(
  server: Server,
  given: {index: string; generation: number; generations: Generations; isCurrent: boolean},
): Promise<boolean> {
  const {index, generation, generations, isCurrent} = given;
  const collections = collectionsOf(index, generation);
  const missing = COLLECTION_KINDS.filter((kind) => !generations.kinds.get(generation)?.has(kind));
  for (const kind of missing) {
    const {name, concrete, writer} = collections[kind];
    const body = {...collectionBody(kind), aliases: {[writer]: {}, ...(isCurrent && {[name]: {}})}};
    await createCollection(server, concrete, {name, body});
  }
  return missing.length > 0;
}

async function createCollection(
  server: Server,
  concrete: string,
  {name, body}: {name: string; body: object},
): Promise<void> {
  const request = {method: 'PUT', path: `/${concrete}`, body} as const;
  const {status, body: answer} = await server.send({...request, expected: [400]});
  const type: unknown = answer?.error?.type;
  if (status !== 400 || type === 'resource_already_exists_exception') return;
  if (type === 'invalid_alias_name_exception') throw foreignCollection(name);
  // The answer to the same request, this time as a failure.
  await server.send(request);
}

/** @throws BACKEND_UNSUPPORTED for an index that somebody else made, or another version of ctr. */
function assertOwnVersion(name: string, version: number | undefined): void {
  if (version === undefined) throw foreignCollection(name);
  if (version !== SCHEMA_VERSION) throw otherVersion(name, {found: version, own: SCHEMA_VERSION});
}

function foreignCollection(name: string): CtrError {
  return new CtrError('BACKEND_UNSUPPORTED', `the index ${name} exists, but was not made by ctr`, {
    hint: 'Set another ctr.index.name.',
    data: {name},
  });
}

/** Everything written so far is visible to queries afterwards. */
export async function refreshCollections(server: Server, names: string): Promise<void> {
  await server.send({method: 'POST', path: `/${names}/_refresh`});
}
