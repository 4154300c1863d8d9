import {Bitmap} from '../domain/bitmap.ts';
import type {CommitNode, CommitSummary} from '../domain/commit.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {chunks} from '../util/chunks.ts';
import type {Reader} from './open-reader.ts';

/** Paths that are looked at for one answer. */
const PATHS_MAX = 100;
/** A path that changed more often is not looked at. */
const CHANGES_MAX = 100;
/** Commits whose files are read for one answer; a commit takes some 0.2 ms. */
const COMMITS_MAX = 4000;
const PATHS_AT_ONCE = 8;

/** Oids of commits that show a version of a file. */
export interface Lifetime {
  /** The oldest one: it brought the version. */
  readonly first: string;
  /**
   * The newest one before a change of the path; if none came, as where a merge chose another version, the newest that
   * brought it.
   */
  readonly last: string;
}

type Version = Pick<EntrySummary, 'seq' | 'path'>;

export interface Lifetimes {
  /** By seq. */
  readonly lifetimes: ReadonlyMap<number, Lifetime>;
  /** True if each version that some commit shows is there. */
  readonly isComplete: boolean;
}

/**
 * When each version was shown, in the order of a log of `history`. Not looked at: all but the first 100 paths, and paths
 * that changed more than 100 times. Costs a request for each path, and a few for all commits that changed one of them.
 */
export async function readLifetimes(
  reader: Reader,
  versions: readonly Version[],
  history: Uint8Array,
): Promise<Lifetimes> {
  const byPath = [...Map.groupBy(versions, ({path}) => path)];
  const changes = await listChanges(
    reader,
    byPath.slice(0, PATHS_MAX).map(([path]) => path),
    history,
  );
  const shown = await findShowing(reader, versions, [...changes.values()].flat());
  const lifetimes = new Map<number, Lifetime>();
  for (const [path, found] of byPath) {
    for (const {seq} of found) {
      const lifetime = lifetimeOf(seq, changes.get(path) ?? [], shown);
      if (lifetime) lifetimes.set(seq, lifetime);
    }
  }
  return {lifetimes, isComplete: changes.size === byPath.length};
}

/** By path, newest first; of the paths that did not change too often, as long as not too many commits are to be read. */
async function listChanges(
  {store}: Reader,
  paths: readonly string[],
  history: Uint8Array,
): Promise<Map<string, readonly CommitSummary[]>> {
  const changes = new Map<string, readonly CommitSummary[]>();
  let commitsLeft = COMMITS_MAX;
  for (const some of chunks(paths, PATHS_AT_ONCE)) {
    const listed = await Promise.all(
      some.map(async (path) => {
        const batches = store.listCommits({history, path, limit: CHANGES_MAX + 1, pathsMax: 0});
        return [path, (await Array.fromAsync(batches)).flat()] as const;
      }),
    );
    for (const [path, commits] of listed) {
      commitsLeft -= commits.reduce((sum, {parents}) => sum + 1 + parents.length, 0);
      if (commitsLeft < 0) return changes;
      if (commits.length <= CHANGES_MAX) changes.set(path, commits);
    }
  }
  return changes;
}

/** A commit, and which of the versions it shows. */
interface Showing extends Pick<CommitNode, 'oid' | 'order' | 'seq'> {
  readonly versions: ReadonlySet<number>;
}

/** The commits and their parents, by oid, with those of the versions that they show. */
async function findShowing(
  {store, repository, snapshots}: Reader,
  versions: readonly Version[],
  commits: readonly CommitSummary[],
): Promise<Map<string, Showing>> {
  const oids = [...new Set(commits.flatMap(({oid, parents}) => [oid, ...parents]))];
  const showing = new Map<string, Showing>();
  for (const some of chunks(oids, 200)) {
    const nodes = [...(await store.readCommits(repository.id, some)).values()];
    await snapshots.readAhead(nodes);
    for (const node of nodes) {
      const snapshot = await snapshots.readSnapshot(node);
      if (!snapshot) continue;
      using seqs = Bitmap.parse(snapshot);
      const shown = versions.flatMap(({seq}) => (seqs.has(seq) ? [seq] : []));
      showing.set(node.oid, {oid: node.oid, order: node.order, seq: node.seq, versions: new Set(shown)});
    }
  }
  return showing;
}

/** Undefined where no change of the path brought the version. */
function lifetimeOf(
  version: number,
  changes: readonly CommitSummary[],
  showing: ReadonlyMap<string, Showing>,
): Lifetime | undefined {
  const shows = (oid: string) => showing.get(oid)?.versions.has(version) === true;
  const bringing = changes.filter(({oid}) => shows(oid)).map(({oid}) => oid);
  const first = bringing.at(-1);
  if (first === undefined) return undefined;
  const left = changes.filter(({oid}) => !shows(oid)).flatMap(({parents}) => parents.filter(shows));
  const [last] = [bringing[0]!, ...left].map((oid) => showing.get(oid)!).sort(newestFirst);
  return {first, last: last!.oid};
}

function newestFirst(a: Showing, b: Showing): number {
  return b.order - a.order || b.seq - a.seq;
}
