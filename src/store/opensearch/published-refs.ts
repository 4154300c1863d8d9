import {isDeepStrictEqual} from 'node:util';
import {isBitmap} from '../../domain/bitmap.ts';
import type {RefRecord} from '../../domain/ref.ts';
import {byName} from '../../util/by-name.ts';
import type {PublishedDifference} from '../ports/refs.ts';
import {bitmapFilter, type QueryClause} from './bitmap-filter.ts';
import type {Collection} from './collection-indexes.ts';

/** A filter is part of the cluster's state, which every node holds in memory: 512 KB is some 4 million bits. */
const FILTER_MAX_BYTES = 512 * 1024;
/** OpenSearch: names of indexes and aliases have at most 255 bytes. */
const ALIAS_MAX_BYTES = 255;

/** A ref that gets no alias. */
export interface SkippedAlias {
  readonly name: string;
  readonly reason: string;
}

/** The published refs of one repository, by alias; and those that cannot be. */
interface AliasPlan {
  readonly filters: ReadonlyMap<string, QueryClause>;
  /** Full name of the ref that an alias shows. */
  readonly names: ReadonlyMap<string, string>;
  readonly skipped: readonly SkippedAlias[];
}

/**
 * Exactly these refs of the repository have an alias afterwards, all of them moved at once.
 * Costs one read where nothing changes. Returns what could not be published.
 */
export async function publishRefs(
  files: Collection,
  {refs, repo, prefix}: {refs: readonly RefRecord[]; repo: string; prefix: string},
): Promise<readonly SkippedAlias[]> {
  const {filters, skipped} = planAliases(refs, {repo, prefix});
  const present = await readAliases(files, repo);
  const actions: object[] = [];
  for (const [alias, filter] of filters) {
    if (!isDeepStrictEqual(present.get(alias), filter))
      actions.push({add: {index: files.concrete, alias, filter}});
  }
  for (const alias of present.keys()) {
    if (!filters.has(alias)) actions.push({remove: {index: files.concrete, alias}});
  }
  if (actions.length > 0) {
    const body = {actions: [...unlessSuperseded(files), ...actions]};
    await files.server.send({method: 'POST', path: '/_aliases', body});
  }
  return skipped;
}

/** Actions that change nothing, and make the whole request fail if the generation was replaced. */
function unlessSuperseded({concrete, writer}: Collection): object[] {
  return [
    {remove: {index: concrete, alias: writer, must_exist: true}},
    {add: {index: concrete, alias: writer}},
  ];
}

/** The changes that `publishRefs` would make. */
export async function comparePublished(
  files: Collection,
  {refs, repo, prefix}: {refs: readonly RefRecord[]; repo: string; prefix: string},
): Promise<PublishedDifference[]> {
  const {filters, names} = planAliases(refs, {repo, prefix});
  const present = await readAliases(files, repo);
  const aliases = [...new Set([...filters.keys(), ...present.keys()])].sort();
  return aliases
    .filter((alias) => !isDeepStrictEqual(present.get(alias), filters.get(alias)))
    .map((alias) => ({alias, ref: names.get(alias)}));
}

/** Branches first: of a branch and a tag of one name, the branch has the short one. */
function planAliases(refs: readonly RefRecord[], {repo, prefix}: {repo: string; prefix: string}): AliasPlan {
  const filters = new Map<string, QueryClause>();
  const names = new Map<string, string>();
  const skipped: SkippedAlias[] = [];
  for (const {name, snapshot, state} of refs.toSorted(byName)) {
    if (state !== 'live') continue;
    const short = prefix + toAliasName(name.replace(/^refs\/(heads|tags)\//, ''));
    const alias = filters.has(short) ? prefix + toAliasName(name.replace(/^refs\//, '')) : short;
    if (Buffer.byteLength(alias) > ALIAS_MAX_BYTES) {
      skipped.push({name, reason: `its alias would be longer than ${ALIAS_MAX_BYTES} bytes`});
    } else if (!isBitmap(snapshot)) {
      skipped.push({name, reason: 'the index is damaged: what it shows cannot be read'});
    } else if (snapshot.length > FILTER_MAX_BYTES) {
      skipped.push({name, reason: `its filter of ${snapshot.length} bytes is too large for an alias`});
    } else {
      names.set(alias, name);
      filters.set(alias, {bool: {filter: [bitmapFilter(snapshot), {term: {repo: {value: repo}}}]}});
    }
  }
  return {filters, names, skipped};
}

/**
 * The ref's name as an alias may hold it: a slash becomes `~`, each byte of another character that OpenSearch does
 * not allow becomes `^` and two hex digits. Git allows neither of the two in a ref name, so no two refs become one.
 * Sources: git-check-ref-format; OpenSearch, MetadataCreateIndexService.validateIndexOrAliasName.
 */
function toAliasName(name: string): string {
  const escaped = (character: string) => `^${character.charCodeAt(0).toString(16)}`;
  return name.replaceAll('/', '~').replace(/[\\*?"<>| ,#:]/g, escaped);
}

/** The aliases whose filter names the repository, with their filters. */
async function readAliases(files: Collection, repo: string): Promise<Map<string, unknown>> {
  const {body} = await files.server.send({method: 'GET', path: `/${files.concrete}/_alias`});
  const aliases = (body[files.concrete]?.aliases ?? {}) as Record<
    string,
    {filter?: {bool?: {filter?: object[]}}}
  >;
  const owned = Object.entries(aliases).filter(([, {filter}]) =>
    filter?.bool?.filter?.some((clause) => isDeepStrictEqual(clause, {term: {repo: {value: repo}}})),
  );
  return new Map(owned.map(([alias, {filter}]) => [alias, filter]));
}
