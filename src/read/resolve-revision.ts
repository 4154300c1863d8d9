import {Bitmap} from '../domain/bitmap.ts';
import type {RefRecord} from '../domain/ref.ts';
import {CtrError} from '../util/ctr-error.ts';
import {findCommitAsOf, parseNameAsOf} from './commit-as-of.ts';
import {
  findCommit,
  findCommits,
  isOid,
  isOidPrefix,
  type ReachableCommit,
  readSnapshot,
  unknownRevision,
} from './find-commit.ts';
import {lostHead} from './lost-head.ts';
import type {Reader} from './open-reader.ts';

/** One pinned commit of the index: all reads of the revision see this commit and no other, also when refs move. */
export interface Revision {
  /** Full name of the ref that was asked for; absent for an oid. */
  readonly ref?: string | undefined;
  readonly commit: string;
  /** Seqs of the commit's tree. Roaring bitmap, portable 32-bit format. */
  readonly snapshot: Uint8Array;
  /** Commit seqs reachable from it, the same format. */
  readonly history: Uint8Array;
  /** When the ref was indexed, ISO 8601; absent for an oid. */
  readonly indexedAt?: string | undefined;
  /** The oid that the ref itself holds: for an annotated tag that of the tag object; absent for an oid. */
  readonly target?: string | undefined;
}

/**
 * How a revision is named. A name may end in `@{<date>}`: then it is the commit of the first-parent line at that date.
 * - `head`: the branch of HEAD
 * - `branch`: a branch by its short name
 * - `ref`: any ref, by its short or its full name
 * - `commit`: an oid or its unique prefix (4 digits or more), never a ref: a branch may be called like an oid
 * - `revision`: a whole oid, else a ref, else the prefix of an oid
 */
export type RevisionName = {readonly family: 'head'} | Named;
type Named = {readonly family: 'branch' | 'ref' | 'commit' | 'revision'; readonly name: string};

/** A text (`HEAD`, or the name of a `revision`), a name, a revision that is resolved already, or HEAD. */
export type WantedRevision = string | RevisionName | Revision | undefined;

/**
 * The revision that is wanted, of the commits that some ref reaches. A branch goes before a tag of the same name. One
 * that is resolved already is itself: several questions see one commit.
 * @throws UNKNOWN_REF
 */
export async function resolveRevision(reader: Reader, wanted?: WantedRevision): Promise<Revision> {
  return ofFound(reader, await findWanted(reader, wanted));
}

/**
 * The same where only the commits are asked for: files of the revision need not be indexed.
 * @throws UNKNOWN_REF
 */
export async function resolveHistory(
  reader: Reader,
  wanted?: WantedRevision,
): Promise<Pick<Revision, 'ref' | 'commit' | 'history'>> {
  const found = await findWanted(reader, wanted);
  return 'record' in found ? {commit: found.record.oid, history: found.record.history} : found;
}

/**
 * The first of several readings of a URL whose revision there is: for refs, longest name first, since Git lets no
 * branch exist below another one. Undefined where HEAD is named, and leads to no commit. One read.
 * @throws UNKNOWN_REF
 */
export async function resolveReadings<T extends {readonly revision: RevisionName}>(
  reader: Reader,
  readings: readonly T[],
): Promise<{readonly reading: T; readonly revision: Revision} | undefined> {
  const names = readings.map(({revision}) => revision);
  const named = await findNamed(reader, names);
  return named && {reading: readings[named.at]!, revision: await ofFound(reader, named.found)};
}

/** Of a commit its files are not looked for yet: not everybody needs them. */
type Found = Revision | ReachableCommit;

async function ofFound(reader: Reader, found: Found): Promise<Revision> {
  return 'record' in found ? ofCommit(reader, found) : found;
}

async function findWanted(reader: Reader, wanted: WantedRevision = 'HEAD'): Promise<Found> {
  if (typeof wanted === 'object' && 'commit' in wanted) return wanted;
  const named = await findNamed(reader, [wanted]);
  if (named) return named.found;
  throw await lostHead(reader);
}

/** The name without its date. `HEAD` as a text is the branch of HEAD; a name may be that of a branch called so. */
function withoutDate(wanted: RevisionName | string): {name: RevisionName; untilSeconds?: number} {
  if (typeof wanted === 'object' && wanted.family === 'head') return {name: wanted};
  const {name, ...moment} = parseNameAsOf(typeof wanted === 'string' ? wanted : wanted.name);
  if (typeof wanted === 'object') return {name: {family: wanted.family, name}, ...moment};
  return {name: name === 'HEAD' ? {family: 'head'} : {family: 'revision', name}, ...moment};
}

/**
 * The first name that there is, and what it names, as of the date that it holds; undefined where HEAD is named, and
 * leads to no commit.
 */
async function findNamed(
  reader: Reader,
  wanted: readonly (RevisionName | string)[],
): Promise<{readonly at: number; readonly found: Found} | undefined> {
  const dated = wanted.map(withoutDate);
  const named = await findToday(
    reader,
    dated.map(({name}) => name),
  );
  const untilSeconds = named && dated[named.at]!.untilSeconds;
  if (!named || untilSeconds === undefined) return named;
  const {found} = named;
  const tip = 'record' in found ? {commit: found.record.oid, history: found.record.history} : found;
  const oid = await findCommitAsOf(reader, tip, untilSeconds);
  return {at: named.at, found: await findCommit(reader, oid)};
}

async function findToday(
  reader: Reader,
  names: readonly RevisionName[],
): Promise<{readonly at: number; readonly found: Found} | undefined> {
  const named = names.filter((name) => name.family !== 'head');
  if (named.length < names.length) {
    const {head} = reader.repository;
    const found = head === undefined ? undefined : await findFirstRef(reader, [head]);
    return found && {at: 0, found};
  }
  const oids = named.map(({family, name}) => (family === 'commit' || family === 'revision' ? name : ''));
  const whole = oids.findIndex(isOid);
  const [commit] = whole < 0 ? [] : await findCommits(reader, oids[whole]!);
  if (commit) return {at: whole, found: commit};
  const refs = named.flatMap((name, at) => fullNames(name).map((full) => ({at, full})));
  const fulls = refs.map(({full}) => full);
  const ref = await findFirstRef(reader, fulls);
  if (ref) return {at: refs.find(({full}) => full === ref.ref)!.at, found: ref};
  const at = oids.findIndex(isOidPrefix);
  if (at >= 0) return {at, found: await findCommit(reader, oids[at]!)};
  throw unknownRevision(named.at(-1)!);
}

/** The refs that a name may mean, the likeliest first. */
function fullNames({family, name}: Named): string[] {
  if (family === 'commit') return [];
  if (family === 'branch') return [`refs/heads/${name}`];
  const full = name.startsWith('refs/') ? [name] : [];
  return [...full, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
}

/** The revision of the first of these refs (full names) that there is; undefined where none is. One request. */
async function findFirstRef(
  {store, repository}: Reader,
  names: readonly string[],
): Promise<Revision | undefined> {
  if (names.length === 0) return undefined;
  const records = await store.readRefs(repository.id, [...new Set(names)]);
  const found = names.map((name) => records.get(name)).find((record) => record && record.state !== 'deleted');
  return found && ofRef(found);
}

/** True if the revision is this commit or has it in its history. `oid` must be a whole one. */
export async function hasCommit(
  {store, repository}: Reader,
  {commit, history}: Pick<Revision, 'commit' | 'history'>,
  oid: string,
): Promise<boolean> {
  if (commit === oid) return true;
  const record = (await store.readCommits(repository.id, [oid])).get(oid);
  using reached = Bitmap.parse(history);
  return record !== undefined && reached.has(record.seq);
}

function ofRef({name, commit, snapshot, history, indexedAt, target, reason}: RefRecord): Revision {
  if (commit !== undefined) return {ref: name, commit, snapshot, history, indexedAt, target};
  throw new CtrError('UNKNOWN_REF', `${name} leads to no commit: ${reason}`, {
    hint: 'Only commits have files and a history.',
  });
}

async function ofCommit(reader: Reader, found: ReachableCommit): Promise<Revision> {
  const {record} = found;
  const snapshot = await readSnapshot(reader, found);
  if (!snapshot) throw filesNotIndexed(record.oid);
  return {commit: record.oid, snapshot, history: record.history};
}

function filesNotIndexed(oid: string): CtrError {
  return new CtrError('UNKNOWN_REF', `the files of commit ${oid} are not indexed`, {
    hint: 'With ctr.history = refs only the commits that a ref points at have files.',
  });
}
