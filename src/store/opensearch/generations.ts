import {setTimeout as sleep} from 'node:timers/promises';
import {nothingIndexed} from '../index-errors.ts';
import {
  type Collections,
  collectionsOf,
  createGeneration,
  indexName,
  isComplete,
  refreshCollections,
} from './collection-indexes.ts';
import {readDocument, updateDocument} from './documents.ts';
import {type FoundIndex, type Generations, listGenerations, readGenerations} from './find-generations.ts';
import {counterIdOf, readHighest} from './holdings.ts';
import {copyLeases} from './leases.ts';
import {COLLECTION_KINDS, type IndexLayout} from './mappings.ts';
import {listRepositories} from './repository-records.ts';
import {openSeqCounter} from './seqs.ts';
import type {Server} from './server.ts';

/** Interval between two checks for running searches. */
const IDLE_POLL_MS = 100;
/** Checks in a row that must find no search: a request may have resolved its target and not have begun. */
const IDLE_LOOKS = 3;

/** The next generation exists afterwards; its number. What an earlier call began is gone on with. */
export async function createNext(server: Server, index: string, layout: IndexLayout): Promise<number> {
  const generations = await listGenerations(server, index);
  const {current, next} = generations;
  if (current === undefined) throw nothingIndexed();
  const generation = next ?? current + 1;
  await createGeneration(server, {index, layout, generation, generations, isCurrent: false});
  return generation;
}

/**
 * A next generation that has nothing exists afterwards, also where the current one is lost or damaged; its number. It gives no
 * number that anything of the set has or names, as far as that can still be read: readers may hold old bitmaps.
 */
export async function createFresh(server: Server, index: string, layout: IndexLayout): Promise<number> {
  await dropNext(server, index);
  const generations = await readGenerations(server, index);
  const generation = Math.max(0, ...generations.kinds.keys()) + 1;
  await createGeneration(server, {index, layout, generation, generations, isCurrent: false});
  const highest = await readHighest(server, generations.indexes);
  const collections = collectionsOf(server, index, generation, {isNext: true});
  for (const series of ['entries', 'commits'] as const)
    if (highest[series] > 0) await openSeqCounter(series)(collections, highest[series]);
  return generation;
}

export async function dropNext(server: Server, index: string): Promise<void> {
  const generations = await readGenerations(server, index);
  const {current, kinds} = generations;
  const numbers = [...kinds.keys()].filter((number) => current !== undefined && number > current);
  await deleteIndexes(server, namesOf(index, generations, numbers));
}

/**
 * The generation that `createFresh` made is the current one afterwards, at once; what readers were led to before,
 * the published refs too, they are led to no more.
 */
export async function promoteFresh(server: Server, index: string, generation: number): Promise<void> {
  const {indexes, strays} = await readGenerations(server, index);
  const to = collectionsOf(server, index, generation, {isNext: true});
  await refreshCollections(to.files, to.commits, to.refs);
  const others = indexes.filter((one) => one.generation !== generation);
  const actions = [
    ...(await leaveAll(server, others)),
    // Those on indexes of the set are left with the others.
    ...strays
      .filter((stray) => !others.some(({name}) => name === stray.index))
      .map((stray) => ({remove: stray})),
    ...COLLECTION_KINDS.map((kind) => ({add: {index: to[kind].concrete, alias: `${index}-${kind}`}})),
  ];
  await server.send({method: 'POST', path: '/_aliases', body: {actions}});
}

/** No alias leads to these any more. An index that has the name of an alias is deleted: nothing else makes room for it. */
async function leaveAll(server: Server, indexes: readonly FoundIndex[]): Promise<object[]> {
  if (indexes.length === 0) return [];
  const {body} = await server.send({method: 'GET', path: `/${indexes.map(({name}) => name).join()}/_alias`});
  return indexes.flatMap(({name, generation}): object[] => {
    if (generation === undefined) return [{remove_index: {index: name}}];
    return Object.keys(body[name]?.aliases ?? {}).map((alias) => ({remove: {index: name, alias}}));
  });
}

/**
 * The next generation is the current one afterwards, for everybody at once: one request moves the names that are
 * read and the published refs, and takes the name that is written from the old generation. Numbers go on where they
 * were; the refs show the same numbers, so the published filters stay as they are.
 */
export async function promoteNext(server: Server, index: string): Promise<void> {
  const generations = await listGenerations(server, index);
  const {current, next} = generations;
  if (current === undefined || next === undefined || !isComplete(generations, next)) throw nothingIndexed();
  const from = collectionsOf(server, index, current);
  const to = collectionsOf(server, index, next, {isNext: true});
  await copyCounters(from, to);
  const repos = (await listRepositories(to)).map(({id}) => id);
  await copyLeases(repos, {from, to});
  await refreshCollections(to.files, to.commits, to.refs);
  const actions = [
    ...COLLECTION_KINDS.flatMap((kind) => [
      {remove: {index: from[kind].concrete, alias: from[kind].writer, must_exist: false}},
      {remove: {index: from[kind].concrete, alias: from[kind].name, must_exist: true}},
      {add: {index: to[kind].concrete, alias: from[kind].name}},
    ]),
    ...(await movePublished(from, to)),
  ];
  try {
    await server.send({method: 'POST', path: '/_aliases', body: {actions}});
  } catch (error) {
    // An answer was lost, and the second try found everything done.
    if ((await listGenerations(server, index)).current !== next) throw error;
  }
}

async function movePublished(from: Collections, to: Collections): Promise<object[]> {
  const {server, concrete, name, writer} = from.files;
  const {body} = await server.send({method: 'GET', path: `/${concrete}/_alias`});
  const aliases = Object.entries((body[concrete]?.aliases ?? {}) as Record<string, object>);
  return aliases
    .filter(([alias]) => alias !== name && alias !== writer)
    .flatMap(([alias, {filter}]: [string, {filter?: object}]) => [
      {remove: {index: concrete, alias}},
      {add: {index: to.files.concrete, alias, ...(filter && {filter})}},
    ]);
}

async function copyCounters(from: Collections, to: Collections): Promise<void> {
  for (const series of ['entries', 'commits'] as const) {
    const id = counterIdOf(series);
    const found = (await readDocument(from.refs, id))?.source as {next: number} | undefined;
    if (!found) continue;
    await updateDocument<{next: number}>(to.refs, id, (known) =>
      known && known.next >= found.next ? undefined : found,
    );
  }
}

/**
 * Deletes replaced generations, except those with running searches after `waitMs`. False if one is left. Uses the server's
 * own counters: a search that began before the swap ends in the old generation.
 */
export async function dropSuperseded(
  server: Server,
  index: string,
  {generations, waitMs}: {generations: Generations; waitMs: number},
): Promise<boolean> {
  let areGone = true;
  for (const generation of generations.superseded) {
    const names = namesOf(index, generations, [generation]);
    if (await isLeft(server, names.join(), waitMs)) await deleteIndexes(server, names);
    else areGone = false;
  }
  return areGone;
}

/** True if it has no readers any more. */
async function isLeft(server: Server, names: string, waitMs: number): Promise<boolean> {
  const {delay = sleep} = server.tools;
  let before = '';
  let quiet = 0;
  for (let waitedMs = 0; ; waitedMs += IDLE_POLL_MS) {
    const {isBusy, total} = await readUse(server, names);
    quiet = isBusy || total !== before ? 1 : quiet + 1;
    before = total;
    if (quiet >= IDLE_LOOKS) return true;
    if (waitedMs > waitMs + IDLE_POLL_MS * IDLE_LOOKS) return false;
    await delay(IDLE_POLL_MS);
  }
}

/** The running searches, and their total so far. */
async function readUse(server: Server, names: string): Promise<{isBusy: boolean; total: string}> {
  const {body} = await server.send({
    method: 'GET',
    path: `/${names}/_stats/search,get`,
    query: {filter_path: '_all.total', ignore_unavailable: true},
  });
  const {search, get} = (body._all?.total ?? {}) as Record<
    'search' | 'get',
    Record<string, number> | undefined
  >;
  const running = [
    search?.['query_current'],
    search?.['fetch_current'],
    search?.['open_contexts'],
    get?.['current'],
  ];
  return {
    isBusy: running.some((count) => (count ?? 0) > 0),
    total: [search?.['query_total'], search?.['fetch_total'], get?.['total']].join(),
  };
}

/** Gone afterwards; that they are gone already is no failure. */
export async function deleteIndexes(server: Server, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const path = `/${names.join()}`;
  await server.send({method: 'DELETE', path, query: {ignore_unavailable: true}, expected: [404]});
}

function namesOf(index: string, {kinds}: Generations, numbers: readonly number[]): string[] {
  return numbers.flatMap((number) =>
    [...(kinds.get(number) ?? [])].map((kind) => indexName(index, kind, number)),
  );
}
