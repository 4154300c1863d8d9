import {corruptIndex} from '../../domain/corrupt-index.ts';
import {documentId} from '../../domain/entry.ts';
import type {CtrError} from '../../util/ctr-error.ts';
import {lostCollection} from '../index-errors.ts';
import type {Collections} from './collection-indexes.ts';
import {type FoundDocument, readDocument, writeDocument} from './documents.ts';
import {type Holding, readCounter, readHoldings} from './holdings.ts';
import type {Server} from './server.ts';

/**
 * What the last run that ended has left of a repository in files and commits, kept among the refs: what is less later
 * was lost. Taken back (`held` is empty) before anything is deleted, so that a run which dies in between raises no
 * false alarm; a run that ends well writes it again.
 */
interface TallyDocument {
  readonly type: 'tally';
  readonly repo: string;
  readonly held: {readonly entries?: Holding; readonly commits?: Holding};
}

const idOf = (repo: string) => documentId('tally', repo);

/**
 * What somebody has taken out of the set behind our back: a collection that was emptied or restored from another time
 * than the others (INDEX_UNUSABLE), or some documents (INDEX_CORRUPT). Undefined where nothing tells of a loss. A
 * restore while this run goes on is not seen.
 */
export async function findLoss(
  server: Server,
  collections: Collections,
  repo: string,
): Promise<CtrError | undefined> {
  // A swap of generations, or somebody who deletes, may come between the requests of a look: not of two of them.
  return (await look(server, collections, repo)) && look(server, collections, repo);
}

async function look(server: Server, collections: Collections, repo: string): Promise<CtrError | undefined> {
  const {files, commits, refs} = collections;
  const before = await readDocument(server, refs, idOf(repo));
  const holdings = await readHoldings(server, collections, {repo, isRefreshed: false});
  // After the look at what is used: a number is counted before it is used.
  const [after, entries, records] = await Promise.all([
    readDocument(server, refs, idOf(repo)),
    readCounter(server, refs.name, 'entries'),
    readCounter(server, refs.name, 'commits'),
  ]);
  if (entries < holdings.used.entries || records < holdings.used.commits)
    return lostCollection(refs.name, 'was emptied, or is older than the others');
  // Taken back meanwhile: what was counted may be what is deleted now.
  const isSame = before?.seqNo === after?.seqNo;
  const {held = {}} = (isSame ? (after?.source ?? {}) : {}) as Partial<TallyDocument>;
  return (
    judge(files.name, held.entries, holdings.entries) ?? judge(commits.name, held.commits, holdings.commits)
  );
}

function judge(name: string, held: Holding | undefined, found: Holding): CtrError | undefined {
  if (held === undefined || (found.count >= held.count && found.last >= held.last)) return undefined;
  if (found.last < held.last) return lostCollection(name, 'was emptied, or is older than the others');
  return corruptIndex(`${held.count - found.count} documents of ${name} are lost`);
}

/** The tallies of one store: written after what was put and deleted, taken back before anything is deleted. */
export interface Tallies {
  /** The repository's documents become more. */
  add(repo: string | undefined): void;
  /** The tallies say nothing of the repositories any more: something of them is about to be deleted. */
  takeBack(collections: Collections, repos: readonly string[]): Promise<void>;
  /** What is stored now is remembered, if this store has changed it, or nobody knows it. */
  keep(collections: Collections, repo: string): Promise<void>;
}

export function openTallies(server: Server): Tallies {
  const changed = new Set<string>();
  const write = (
    collections: Collections,
    {repo, held, expected}: {repo: string; held: TallyDocument['held']; expected: FoundDocument | undefined},
  ) =>
    writeDocument(server, collections.refs, {
      id: idOf(repo),
      source: {type: 'tally', repo, held} satisfies TallyDocument,
      expected,
    });
  async function clear(collections: Collections, repo: string): Promise<void> {
    for (;;) {
      const found = await readDocument(server, collections.refs, idOf(repo));
      const {held} = (found?.source ?? {held: {}}) as Pick<TallyDocument, 'held'>;
      if (Object.keys(held).length === 0 || (await write(collections, {repo, held: {}, expected: found})))
        return;
    }
  }

  return {
    add(repo) {
      if (repo !== undefined) changed.add(repo);
    },
    async takeBack(collections, repos) {
      for (const repo of repos) {
        changed.add(repo);
        await clear(collections, repo);
      }
    },
    async keep(collections, repo) {
      if (!changed.has(repo)) return;
      const found = await readDocument(server, collections.refs, idOf(repo));
      const {entries, commits} = await readHoldings(server, collections, {repo, isRefreshed: true});
      // Somebody who has written it meanwhile deletes, or knows better.
      await write(collections, {repo, held: {entries, commits}, expected: found});
      changed.delete(repo);
    },
  };
}
