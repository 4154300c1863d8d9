import {difference, removeFrom} from '../../domain/bitmap.ts';
import {type EntrySummary, entryIdBytes} from '../../domain/entry.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {ObjectStore} from '../../store/ports/object-store.ts';
import {BackgroundTasks} from '../../util/background-tasks.ts';
import {readNamedKeys} from '../removal/delete-objects.ts';
import {readLiveSeqs} from '../removal/live-seqs.ts';

/** The current index of a repository and the one that is to take over. */
export interface Indexes {
  readonly store: IndexStore;
  readonly next: IndexStore;
  readonly repo: string;
}

/** Both indexes, and the objects that they share. */
export interface Generations extends Indexes {
  readonly objects: Pick<ObjectStore, 'stat' | 'writeConcurrency'>;
}

/**
 * A difference of numbers between the generations, or a missing object of an entry that only the next one has. Undefined
 * if there is none: then a bitmap of one generation is right for the other.
 *
 * Numbers differ if a document was removed from the current generation and returned under a new number, while the next
 * one had the old number; or if the current one lacked a document that the next one needs. The cost depends on the
 * documents that only the next one has: numbers are given once, so no others can differ.
 */
export async function findOtherNumbers(generations: Generations): Promise<string | undefined> {
  if (!(await keepsCommits(generations))) return 'a commit has another number now';
  return (await keepsEntries(generations)) ? undefined : 'a file has another number now, or lost its bytes';
}

async function keepsCommits({store, next, repo}: Generations): Promise<boolean> {
  const seqs = await readOnlyNext({store, next, repo}, 'commits');
  for await (const commits of next.scanCommits(repo, {seqs})) {
    const oids = commits.map(({oid}) => oid);
    if ((await store.readCommitSeqs(repo, oids)).size > 0) return false;
  }
  return true;
}

async function keepsEntries({store, next, objects, repo}: Generations): Promise<boolean> {
  const snapshot = await readOnlyNext({store, next, repo}, 'entries');
  for await (const entries of next.scanEntries({snapshot})) {
    const ids = entries.map((entry) => entryIdBytes(repo, entry).toString('base64url'));
    if ((await store.readEntrySeqs(ids)).size > 0) return false;
    if (!(await haveObjects(objects, entries))) return false;
  }
  return true;
}

/**
 * True if the next generation names objects for entries of both that the current one does not name: with other settings,
 * other entries have objects. Reads every entry of the next generation.
 */
export async function hasOwnObjects({store, next, objects, repo}: Generations): Promise<boolean> {
  const snapshot = await next.readStoredSeqs(repo, 'entries');
  for await (const entries of next.scanEntries({snapshot})) {
    const stored = entries.filter(({objectKey}) => objectKey !== undefined);
    const oids = stored.map(({oid}) => oid);
    const named = await readNamedKeys({store, repo}, oids);
    const own = stored.filter(({objectKey}) => !named.has(objectKey!));
    if (!(await haveObjects(objects, own))) return false;
  }
  return true;
}

async function haveObjects(
  objects: Generations['objects'],
  entries: readonly EntrySummary[],
): Promise<boolean> {
  let isWhole = true;
  await using looks = new BackgroundTasks(objects.writeConcurrency);
  for (const {objectKey} of entries) {
    if (objectKey === undefined) continue;
    await looks.start(async () => {
      isWhole &&= (await objects.stat(objectKey)) !== undefined;
    });
  }
  await looks.settled();
  return isWhole;
}

/** The numbers that only the next generation has. */
async function readOnlyNext(
  {store, next, repo}: Indexes,
  series: 'entries' | 'commits',
): Promise<Uint8Array> {
  using own = difference(await next.readStoredSeqs(repo, series), await store.readStoredSeqs(repo, series));
  return own.serialize();
}

/**
 * The reason why the next generation may not take over. Undefined if it has every ref of the current one at the same
 * commit, and everything that refs show and reach is stored.
 */
export async function findMissing({store, next, repo}: Indexes): Promise<string | undefined> {
  const expected = await readTargets(store, repo);
  const found = await readTargets(next, repo);
  for (const [name, target] of expected) if (found.get(name) !== target) return `${name} is not as it was`;
  if (found.size !== expected.size) return 'there are more refs than before';
  using live = await readLiveSeqs(next, {repo, head: undefined});
  removeFrom(live.commits, await next.readStoredSeqs(repo, 'commits'));
  removeFrom(live.tips, await next.readStoredSeqs(repo, 'entries'));
  if (live.commits.size > 0) return `${live.commits.size} commits are missing`;
  return live.tips.size > 0 ? `${live.tips.size} files are missing` : undefined;
}

async function readTargets(store: IndexStore, repo: string): Promise<Map<string, string>> {
  const refs = await store.listRefs(repo);
  return new Map(refs.map(({name, state, target, commit}) => [name, [state, target, commit].join()]));
}
