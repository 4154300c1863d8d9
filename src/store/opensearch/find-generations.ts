import {CtrError} from '../../util/ctr-error.ts';
import {lostCollection, otherVersion, unusableIndex} from '../index-errors.ts';
import {COLLECTION_KINDS, type CollectionKind, SCHEMA_VERSION} from './mappings.ts';
import type {Server} from './server.ts';

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
  /** Random id of the current generation, which all its collections carry. */
  readonly setId: string | undefined;
  /** Why the current generation cannot be used; undefined where it can be, and where there is none. */
  readonly unusable: CtrError | undefined;
  readonly indexes: readonly FoundIndex[];
  /** Where an alias of the set leads that does not belong there. */
  readonly strays: readonly Stray[];
}

export interface Stray {
  readonly index: string;
  readonly alias: string;
}

/** An index that has a name of ours. */
export interface FoundIndex {
  readonly name: string;
  readonly kind: CollectionKind;
  /** Undefined for an index that has the name of an alias: the first versions of ctr made such. */
  readonly generation: number | undefined;
  readonly version: number;
  readonly setId: string | undefined;
  readonly isClosed: boolean;
  /** True if the read aliases lead to it. */
  readonly isRead: boolean;
}

/** The generations, if they are usable. One request. @throws INDEX_UNUSABLE, and BACKEND_UNSUPPORTED like `readGenerations`. */
export async function listGenerations(server: Server, index: string): Promise<Generations> {
  const generations = await readGenerations(server, index);
  if (generations.unusable) throw generations.unusable;
  return generations;
}

/**
 * The generations, usable or not. One request, and one more if a collection is missing.
 * @throws BACKEND_UNSUPPORTED if an index has one of our names but was not made by ctr.
 */
export async function readGenerations(server: Server, index: string): Promise<Generations> {
  const {found, strays} = await findIndexes(server, index);
  const kinds = new Map<number, Set<CollectionKind>>();
  for (const {generation, kind} of found)
    if (generation !== undefined) kinds.set(generation, (kinds.get(generation) ?? new Set()).add(kind));
  const numbers = [...kinds.keys()].sort((a, b) => a - b);
  const current = found
    .flatMap(({isRead, generation}) => (isRead ? [generation ?? 0] : []))
    .sort((a, b) => a - b)
    .at(-1);
  const isNext = (number: number) => current !== undefined && number > current;
  const own = found.filter(({generation}) => generation === current);
  return {
    current,
    next: numbers.find(isNext),
    superseded: numbers.filter((number) => number !== current && !isNext(number)),
    kinds,
    setId: own[0]?.setId,
    unusable: judge(index, {indexes: found, strays, current}) ?? (await findLostKind(server, index, own)),
    strays,
    indexes: found,
  };
}

async function findIndexes(server: Server, index: string): Promise<{found: FoundIndex[]; strays: Stray[]}> {
  const aliases = COLLECTION_KINDS.map((kind) => `${index}-${kind}`);
  const {body} = await server.send({
    method: 'GET',
    path: `/${aliases.flatMap((alias) => [alias, `${alias}-*`]).join(',')}`,
    query: {
      ignore_unavailable: true,
      // Without it a closed index would seem to be lost.
      expand_wildcards: 'open,closed',
      // Not the filters of published refs: each may take half a megabyte.
      filter_path: [
        ...aliases.map((alias) => `*.aliases.${alias}`),
        '*.mappings._meta',
        '*.settings.index.uuid',
        '*.settings.index.verified_before_close',
      ].join(),
    },
  });
  const answers = Object.entries(body as Record<string, IndexAnswer>);
  const strays = answers.flatMap(([name, answer]) => {
    const own = `${index}-${parseName(index, name)?.kind}`;
    const leading = Object.keys(answer.aliases ?? {}).filter((alias) => aliases.includes(alias));
    return leading.filter((alias) => alias !== own).map((alias) => ({index: name, alias}));
  });
  const found = answers.flatMap(([name, answer]) => {
    const own = parseName(index, name);
    if (!own) return [];
    const {ctr: version, set} = answer.mappings?._meta ?? {};
    if (version === undefined) throw foreignCollection(name);
    // An index that has the alias's own name is read by it.
    const isRead = own.generation === undefined || answer.aliases?.[`${index}-${own.kind}`] !== undefined;
    const isClosed = answer.settings?.index?.verified_before_close !== undefined;
    return [{name, ...own, version, setId: set, isClosed, isRead}];
  });
  return {found, strays};
}

interface IndexAnswer {
  readonly aliases?: Readonly<Record<string, unknown>>;
  readonly mappings?: {readonly _meta?: {readonly ctr?: number; readonly set?: string}};
  readonly settings?: {readonly index?: {readonly verified_before_close?: string}};
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

/** Why the set cannot be used; undefined where nothing of it says so. */
function judge(
  index: string,
  {indexes: found, strays, current}: Pick<Generations, 'indexes' | 'strays' | 'current'>,
): CtrError | undefined {
  const used =
    current === undefined ? found : found.filter(({isRead, generation}) => isRead || generation === current);
  const other = used.find(({version}) => version !== SCHEMA_VERSION);
  if (other) return otherVersion(other.name, {found: other.version, own: SCHEMA_VERSION});
  const closed = used.find(({isClosed}) => isClosed);
  if (closed) {
    const hint = `Open it (POST /${closed.name}/_open). Or run \`ctr reindex\`: it builds the index again from Git.`;
    return unusableIndex(`the index ${closed.name} is closed`, {hint, data: {name: closed.name}});
  }
  for (const kind of COLLECTION_KINDS) {
    const alias = `${index}-${kind}`;
    const own = found.filter((one) => one.kind === kind);
    const read = own.filter(({isRead}) => isRead);
    const places = read.length + strays.filter((stray) => stray.alias === alias).length;
    if (places > 1) return lostCollection(alias, `leads to ${places} indexes`);
    const isThere = own.some(({generation}) => generation === current);
    if (read.length === 0 && (isThere || current === undefined) && own.length > 0)
      return lostCollection(alias, 'leads to no index: the alias is gone');
  }
  const ids = new Set(used.map(({setId}) => setId));
  if (ids.size > 1) return lostCollection(index, 'has collections that do not belong together');
  return undefined;
}

/**
 * A collection of the current generation that is lost. A call that died while it created them leaves files, or files
 * and commits, and both empty: the next one goes on.
 */
async function findLostKind(
  server: Server,
  index: string,
  own: readonly FoundIndex[],
): Promise<CtrError | undefined> {
  const missing = COLLECTION_KINDS.find((kind) => !own.some((one) => one.kind === kind));
  if (own.length === 0 || missing === undefined) return undefined;
  const lost = lostCollection(`${index}-${missing}`, 'is gone');
  if (own.some(({kind}) => kind === 'refs')) return lost;
  const {body} = await server.send({method: 'POST', path: `/${own.map(({name}) => name).join()}/_count`});
  return body.count > 0 ? lost : undefined;
}

export function foreignCollection(name: string): CtrError {
  return new CtrError('BACKEND_UNSUPPORTED', `the index ${name} exists, but was not made by ctr`, {
    hint: 'Set another ctr.index.name.',
    data: {name},
  });
}
