import {Bitmap} from '../domain/bitmap.ts';
import type {CommitRecord} from '../domain/commit.ts';
import type {RefRecord} from '../domain/ref.ts';
import {CtrError} from '../util/ctr-error.ts';
import {lostHead} from './lost-head.ts';
import type {Reader} from './open-reader.ts';

const REFS_PER_READ = 50;
const CANDIDATES_MAX = 20;

/** One commit of the index, pinned: whatever is asked of it sees this commit and no other, also when refs move. */
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
  /** What the ref itself holds: for an annotated tag the tag object's oid; absent for an oid. */
  readonly target?: string | undefined;
}

/** How a revision is asked for: by a text, by one that is resolved already, or HEAD where nothing is said. */
export type WantedRevision = string | Revision | undefined;

/**
 * The revision that a text names: a branch, a tag, a full ref name, or an oid or its unique prefix (4 digits or
 * more) of a commit that some ref reaches. A branch goes before a tag of the same name, a whole oid before a ref that
 * is called so. Without a text: HEAD. One that is resolved already is itself: several questions see one commit.
 * @throws UNKNOWN_REF
 */
export async function resolveRevision(reader: Reader, wanted?: WantedRevision): Promise<Revision> {
  const found = await findRevision(reader, wanted);
  return 'record' in found ? ofCommit(reader, found) : found;
}

/**
 * The same where only the commits are asked for: files of the revision need not be indexed.
 * @throws UNKNOWN_REF
 */
export async function resolveHistory(
  reader: Reader,
  wanted?: WantedRevision,
): Promise<Pick<Revision, 'ref' | 'commit' | 'history'>> {
  const found = await findRevision(reader, wanted);
  return 'record' in found ? {commit: found.record.oid, history: found.record.history} : found;
}

async function findRevision(reader: Reader, wanted: WantedRevision): Promise<Revision | ReachableCommit> {
  if (typeof wanted === 'object') return wanted;
  if (wanted === undefined || wanted === 'HEAD') return resolveHead(reader);
  if (isOid(wanted)) {
    const found = await findCommits(reader, wanted);
    if (found.length > 0) return found[0]!;
  }
  const found = await resolveLongestRef(reader, [wanted]);
  return found?.revision ?? findCommit(reader, wanted);
}

/**
 * The commit whose oid is `text` or begins with it, and never a ref: a branch may be called like an oid.
 * @throws UNKNOWN_REF where no ref reaches such a commit, or the prefix is not unique.
 */
export async function resolveCommit(reader: Reader, text: string): Promise<Revision> {
  return ofCommit(reader, await findCommit(reader, text));
}

/**
 * The last of `names` that is a ref (short or full), and what it shows. A URL in which a ref's name may go on gives
 * them from the shortest to the longest. Undefined where none is. Costs one read.
 * @throws UNKNOWN_REF for a ref that leads to no commit.
 */
export async function resolveLongestRef(
  {store, repository}: Reader,
  names: readonly string[],
): Promise<{readonly name: string; readonly revision: Revision} | undefined> {
  const records = await store.readRefs(repository.id, [...new Set(names.flatMap(fullNames))]);
  const live = [...records.values()].filter(({state}) => state !== 'deleted');
  const byName = new Map(live.map((record) => [record.name, record]));
  for (const name of names.toReversed()) {
    const full = fullNames(name).find((candidate) => byName.has(candidate));
    if (full !== undefined) return {name, revision: ofRef(byName.get(full)!)};
  }
  return undefined;
}

/** The revision of the first of these refs (full names) that is there; undefined where none is. One request. */
export async function resolveFirstRef(
  {store, repository}: Reader,
  names: readonly string[],
): Promise<Revision | undefined> {
  const records = await store.readRefs(repository.id, names);
  const found = names.map((name) => records.get(name)).find((record) => record && record.state !== 'deleted');
  return found && ofRef(found);
}

/** Whether this can only be a whole oid, in lower case. */
export function isOid(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Whether the revision is this commit or has it in its history. `oid`: a whole one. */
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

/** A commit that some ref reaches. */
export interface ReachableCommit {
  readonly record: CommitRecord;
  /** One that points at it, where there is one. */
  readonly ref: RefRecord;
}

/**
 * The commit with this oid or unique prefix of one (4 digits or more).
 * @throws UNKNOWN_REF
 */
export async function findCommit(reader: Reader, text: string): Promise<ReachableCommit> {
  if (!/^[0-9a-f]{4,64}$/i.test(text)) throw unknownRef(text);
  const [found, ...others] = await findCommits(reader, text.toLowerCase());
  if (!found) throw unknownRef(text);
  if (others.length === 0) return found;
  throw ambiguous(
    text,
    [found, ...others].map(({record}) => record.oid),
  );
}

/** What HEAD's branch shows; undefined where HEAD names none, or one that is not in the index. */
export async function findHead(reader: Reader): Promise<Revision | undefined> {
  const {head} = reader.repository;
  return head === undefined ? undefined : resolveFirstRef(reader, [head]);
}

async function resolveHead(reader: Reader): Promise<Revision> {
  const found = await findHead(reader);
  if (found) return found;
  throw await lostHead(reader);
}

/** The refs that a text may name, the likeliest first. */
function fullNames(text: string): string[] {
  return [
    ...(text.startsWith('refs/') ? [text] : []),
    `refs/heads/${text}`,
    `refs/tags/${text}`,
    `refs/${text}`,
  ];
}

function ofRef({name, commit, snapshot, history, indexedAt, target, reason}: RefRecord): Revision {
  if (commit !== undefined) return {ref: name, commit, snapshot, history, indexedAt, target};
  throw new CtrError('UNKNOWN_REF', `${name} leads to no commit: ${reason}`, {
    hint: 'Only commits have files and a history.',
  });
}

async function findCommits(reader: Reader, prefix: string): Promise<ReachableCommit[]> {
  const {store, repository} = reader;
  const oids = isOid(prefix) ? [prefix] : await store.findCommits(repository.id, prefix, CANDIDATES_MAX);
  if (oids.length === CANDIDATES_MAX) throw ambiguous(prefix, oids);
  const records = await store.readCommits(repository.id, oids);
  return filterReachable(reader, [...records.values()]);
}

/** The files of a commit; undefined where they are not indexed. */
export async function readSnapshot(
  {snapshots}: Reader,
  {record, ref}: ReachableCommit,
): Promise<Uint8Array | undefined> {
  return (await snapshots.readSnapshot(record)) ?? (ref.commit === record.oid ? ref.snapshot : undefined);
}

async function ofCommit(reader: Reader, found: ReachableCommit): Promise<Revision> {
  const {record} = found;
  const snapshot = await readSnapshot(reader, found);
  if (!snapshot) throw filesNotIndexed(record.oid);
  return {commit: record.oid, snapshot, history: record.history};
}

/**
 * The commits that a ref reaches, and such a ref (one that points at it, where there is one). Nothing shows before
 * a ref does, and what the last ref has left is gone, although it may still be stored.
 */
async function filterReachable(
  {store, repository}: Reader,
  commits: readonly CommitRecord[],
): Promise<ReachableCommit[]> {
  const found = new Map<CommitRecord, RefRecord>();
  if (commits.length === 0) return [];
  const live = (await store.listRefs(repository.id)).filter(({state}) => state === 'live');
  // A ref that points at it is the surest, HEAD the likeliest.
  const rank = ({name, commit}: {name: string; commit?: string | undefined}) =>
    commits.some(({oid}) => oid === commit) ? 0 : name === repository.head ? 1 : 2;
  const names = live.sort((a, b) => rank(a) - rank(b)).map(({name}) => name);
  for (let at = 0; at < names.length && found.size < commits.length; at += REFS_PER_READ) {
    const refs = await store.readRefs(repository.id, names.slice(at, at + REFS_PER_READ));
    for (const ref of refs.values()) {
      using history = Bitmap.parse(ref.history);
      for (const record of commits) {
        const isBetter = !found.has(record) || ref.commit === record.oid;
        if (isBetter && history.has(record.seq)) found.set(record, ref);
      }
    }
  }
  return [...found].map(([record, ref]) => ({record, ref}));
}

function unknownRef(text: string): CtrError {
  return new CtrError('UNKNOWN_REF', `the index has no branch, tag or commit ${JSON.stringify(text)}`, {
    hint: '`ctr refs` lists what is indexed; `ctr sync` brings it up to date.',
    data: {ref: text},
  });
}

function ambiguous(prefix: string, found: readonly string[]): CtrError {
  return new CtrError(
    'UNKNOWN_REF',
    `${prefix} is not unique: ${found.slice(0, 3).join(', ')}${found.length > 3 ? ' ...' : ''}`,
    {
      hint: 'Give more digits.',
    },
  );
}

function filesNotIndexed(oid: string): CtrError {
  return new CtrError('UNKNOWN_REF', `the files of commit ${oid} are not indexed`, {
    hint: 'With ctr.history = refs only the commits that a ref points at have files.',
  });
}
