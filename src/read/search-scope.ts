import {addTo, Bitmap, removeFrom} from '../domain/bitmap.ts';
import type {QueryScope} from '../domain/query/query.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Reader} from './open-reader.ts';
import {readLiveRefs} from './read-live-refs.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

export const REFS_MAX = 100_000;
const REVISIONS_MAX = 64;

/** Where a search looks. */
export interface SearchScope {
  /** At least one; the first is the one that the answer is about. */
  readonly revisions: readonly [Revision, ...Revision[]];
  /** Files of these are left out. */
  readonly excluded: readonly Revision[];
  /** Files of every other ref's tip are left out. */
  readonly isAlone: boolean;
  /** Seqs of the entries that are looked at. Roaring bitmap, portable 32-bit format. */
  readonly snapshot: Uint8Array;
}

/** Which revisions are meant. */
export interface WantedScope extends Pick<SearchScope, 'isAlone'> {
  readonly revisions: readonly WantedRevision[];
  readonly excluded: readonly WantedRevision[];
}

/** The revisions that the query names, else those that are given, else HEAD. */
export function wantedScope(
  {onlyIn, notIn, addedSince, revisions}: QueryScope,
  given: readonly WantedRevision[],
): WantedScope {
  const named = onlyIn === undefined ? revisions : [onlyIn];
  const wanted = named.length > 0 ? named : given;
  return {
    revisions: wanted.length > 0 ? wanted : [undefined],
    excluded: [...notIn, ...(addedSince === undefined ? [] : [addedSince])],
    isAlone: onlyIn !== undefined && notIn.length === 0,
  };
}

/**
 * The files of the wanted revisions without those of the excluded ones.
 * @throws UNKNOWN_REF
 */
export async function resolveScope(reader: Reader, wanted: WantedScope): Promise<SearchScope> {
  if (wanted.revisions.length > REVISIONS_MAX)
    throw new CtrError('USAGE', `more than ${REVISIONS_MAX} revisions in one search`, {
      hint: 'Search every version ever instead, or fewer revisions.',
    });
  const [first, ...others] = await resolveAll(reader, wanted.revisions);
  const excluded = await resolveAll(reader, wanted.excluded);
  const {isAlone} = wanted;
  const found = {revisions: [first!, ...others], excluded, isAlone} as const;
  if (others.length === 0 && excluded.length === 0 && !isAlone) return {...found, snapshot: first!.snapshot};
  using seqs = Bitmap.parse(first!.snapshot);
  for (const {snapshot} of others) addTo(seqs, snapshot);
  for (const {snapshot} of excluded) removeFrom(seqs, snapshot);
  if (isAlone) await removeOtherRefs(reader, seqs, first!);
  return {...found, snapshot: seqs.serialize()};
}

/** Each of the same commit, under the name that it was asked for. */
async function resolveAll(reader: Reader, names: readonly WantedRevision[]): Promise<Revision[]> {
  const revisions: Revision[] = [];
  for (const name of names) revisions.push(await resolveRevision(reader, name));
  return revisions;
}

async function removeOtherRefs(reader: Reader, seqs: Bitmap, {commit}: Revision): Promise<void> {
  for await (const ref of readLiveRefs(reader, {limit: REFS_MAX}))
    if (ref.commit !== commit) removeFrom(seqs, ref.snapshot);
}

/** Which revision of the scope shows an entry; the first of several. */
export function showingOf({revisions}: SearchScope): (seq: number) => Revision {
  const [first, ...others] = revisions;
  if (others.length === 0) return () => first;
  const sets = revisions.map((revision) => ({revision, seqs: Bitmap.parse(revision.snapshot)}));
  return (seq) => sets.find(({seqs}) => seqs.has(seq))?.revision ?? first;
}
