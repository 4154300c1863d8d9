import {countBeyond, difference} from '../domain/bitmap.ts';
import type {CommitSummary} from '../domain/commit.ts';
import {CtrError} from '../util/ctr-error.ts';
import {type ChangedFile, compareSnapshots, ENTRIES_MAX} from './compare-snapshots.ts';
import {findCommit, readSnapshot} from './find-commit.ts';
import {findMergeBases} from './merge-bases.ts';
import type {Reader} from './open-reader.ts';
import {listCommits} from './read-log.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

/** With three dots from where the second revision left the first, with two from the first itself: as `git diff`. */
export type Dots = 2 | 3;

export interface Comparison {
  readonly from: {readonly ref: string | null; readonly commit: string};
  readonly to: {readonly ref: string | null; readonly commit: string};
  /** The best common ancestors, that which Git takes first. None: the histories have nothing in common. */
  readonly mergeBases: readonly string[];
  /** The commit whose files those of `to` are compared with: the first merge base or `from`, by the dots. */
  readonly base: string | undefined;
  /**
   * The changes from the tree of `base` to that of `to`, sorted by path. Undefined if there is no base, or its files are
   * not indexed (`ctr.history = refs`).
   */
  readonly files: readonly ChangedFile[] | undefined;
  /** How many commits `to` reaches and `from` does not. */
  readonly aheadCount: number;
  /** How many commits `from` reaches and `to` does not. */
  readonly behindCount: number;
  /** The commits that only `to` has, newest first, at most `commitsMax`. */
  readonly commits: readonly CommitSummary[];
}

interface WantedComparison {
  readonly from?: WantedRevision;
  readonly to?: WantedRevision;
  readonly dots: Dots;
  readonly commitsMax: number;
}

/**
 * Compares two revisions. The cost depends on the differences, not on the size of the trees.
 * @throws UNKNOWN_REF, QUERY if more than 50,000 entries differ
 */
export async function compareRevisions(
  reader: Reader,
  {from, to, dots, commitsMax}: WantedComparison,
): Promise<Comparison> {
  const [old, now] = await Promise.all([resolveRevision(reader, from), resolveRevision(reader, to)]);
  const mergeBases = await findMergeBases(reader, old, now);
  const base = dots === 2 ? old.commit : mergeBases[0];
  const files = await compareWith(reader, base === old.commit ? old : base, now);
  using news = difference(now.history, old.history);
  return {
    from: {ref: old.ref ?? null, commit: old.commit},
    to: {ref: now.ref ?? null, commit: now.commit},
    mergeBases,
    base,
    files,
    aheadCount: news.size,
    behindCount: countBeyond(old.history, now.history),
    commits: news.size === 0 ? [] : await listCommits(reader, {history: news.serialize(), limit: commitsMax}),
  };
}

/** Undefined without a base, and where its files are not indexed. */
async function compareWith(
  reader: Reader,
  base: Revision | string | undefined,
  now: Revision,
): Promise<readonly ChangedFile[] | undefined> {
  const before =
    typeof base === 'string' ? await readSnapshot(reader, await findCommit(reader, base)) : base?.snapshot;
  if (!before) return undefined;
  const files = await compareSnapshots(reader, before, now.snapshot);
  if (files) return files;
  throw new CtrError('QUERY', `more than ${ENTRIES_MAX} entries differ between the two revisions`, {
    hint: 'Compare revisions that are nearer to each other.',
  });
}
