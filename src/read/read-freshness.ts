import type {Reader} from './open-reader.ts';
import type {Revision} from './resolve-revision.ts';

/** How new what the index shows is. */
export interface Freshness {
  readonly ref: string | null;
  readonly commit: string;
  /** When the ref was moved to the commit, ISO 8601 UTC; null for a commit that was asked for by its oid. */
  readonly indexedAt: string | null;
  /** Committer's date, ISO 8601 UTC. */
  readonly committedAt: string;
  /**
   * From the commit to the moment when the index showed it: what the index adds is in it, and so is the time until
   * the push. Null where `indexedAt` is, never negative.
   */
  readonly lagSeconds: number | null;
}

type Dated = Pick<Revision, 'ref' | 'commit' | 'indexedAt'>;

/** How fresh a revision is. One request. */
export async function readFreshness({store, repository}: Reader, revision: Dated): Promise<Freshness> {
  const record = (await store.readCommits(repository.id, [revision.commit])).get(revision.commit);
  return freshnessOf(revision, record?.committer.timeSeconds ?? 0);
}

/** `committedSeconds`: since 1970. */
export function freshnessOf({ref, commit, indexedAt}: Dated, committedSeconds: number): Freshness {
  const committedMs = Math.min(committedSeconds * 1000, 8.64e15);
  const lagMs = indexedAt === undefined ? undefined : Date.parse(indexedAt) - committedMs;
  return {
    ref: ref ?? null,
    commit,
    indexedAt: indexedAt ?? null,
    committedAt: new Date(committedMs).toISOString(),
    lagSeconds: lagMs === undefined ? null : Math.max(0, Math.round(lagMs / 1000)),
  };
}
