import {corruptIndex} from '../../domain/corrupt-index.ts';
import {documentId} from '../../domain/document-id.ts';
import type {CtrError} from '../../util/ctr-error.ts';
import {lostCollection} from '../index-errors.ts';
import type {Collections} from './collection-indexes.ts';
import {readDocument, updateDocument, writeDocument} from './documents.ts';
import {type Holding, readCounter, readHoldings} from './holdings.ts';

/**
 * The counts of a repository's files and commits after the last complete run, stored among the refs: lower counts later
 * are a loss. It is cleared (`held` is empty) before a deletion, so that a run that dies in between causes no false alarm;
 * a complete run writes it again.
 */
interface TallyDocument {
  readonly type: 'tally';
  readonly repo: string;
  readonly held: {readonly entries?: Holding; readonly commits?: Holding};
}

const idOf = (repo: string) => documentId('tally', repo);

/**
 * A loss in the set that another program has caused: a collection that was emptied or restored from another time than the
 * others (INDEX_UNUSABLE), or lost documents (INDEX_CORRUPT). Undefined if no loss is found. A restore during this run is
 * not noticed.
 */
export async function findLoss(collections: Collections, repo: string): Promise<CtrError | undefined> {
  // A swap of generations, or a deletion, may come between the requests of one look, but not of two.
  return (await look(collections, repo)) && look(collections, repo);
}

async function look(collections: Collections, repo: string): Promise<CtrError | undefined> {
  const {files, commits, refs} = collections;
  const before = await readDocument(refs, idOf(repo));
  const holdings = await readHoldings(collections, {repo, isRefreshed: false});
  // After the look at what is used: a number is counted before it is used.
  const [after, entries, records] = await Promise.all([
    readDocument(refs, idOf(repo)),
    readCounter(refs, 'entries'),
    readCounter(refs, 'commits'),
  ]);
  if (entries < holdings.used.entries || records < holdings.used.commits)
    return lostCollection(refs.name, 'was emptied, or is older than the others');
  // Cleared in between: the counted documents may be those that are being deleted.
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
  /** Writes the current counts, if this store has changed them, or there are none. */
  keep(collections: Collections, repo: string): Promise<void>;
}

export function openTallies(): Tallies {
  const changed = new Set<string>();
  return {
    add(repo) {
      if (repo !== undefined) changed.add(repo);
    },
    async takeBack(collections, repos) {
      for (const repo of repos) {
        changed.add(repo);
        await updateDocument<TallyDocument>(collections.refs, idOf(repo), (found) =>
          Object.keys(found?.held ?? {}).length === 0 ? undefined : {type: 'tally', repo, held: {}},
        );
      }
    },
    async keep(collections, repo) {
      if (!changed.has(repo)) return;
      const found = await readDocument(collections.refs, idOf(repo));
      const {entries, commits} = await readHoldings(collections, {repo, isRefreshed: true});
      // If another run has written it in between, it deletes, or has newer counts.
      const source: TallyDocument = {type: 'tally', repo, held: {entries, commits}};
      await writeDocument(collections.refs, {id: idOf(repo), source, expected: found});
      changed.delete(repo);
    },
  };
}
