import {Bitmap} from '../domain/bitmap.ts';
import type {CommitRecord} from '../domain/commit.ts';
import type {RefRecord} from '../domain/ref.ts';
import {CtrError} from '../util/ctr-error.ts';
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
}

/**
 * The revision that `text` names: a branch, a tag, a full ref name, or an oid or its unique prefix (4 digits or
 * more) of a commit that some ref reaches. A branch goes before a tag of the same name. Without `text`: HEAD.
 * @throws UNKNOWN_REF
 */
export async function resolveRevision(reader: Reader, text?: string): Promise<Revision> {
  if (text === undefined || text === 'HEAD') return resolveHead(reader);
  const ref = await findRef(reader, text);
  if (ref) return ofRef(ref);
  if (/^[0-9a-f]{4,64}$/i.test(text)) return resolveOid(reader, text.toLowerCase());
  throw unknownRef(text);
}

async function resolveHead(reader: Reader): Promise<Revision> {
  const {head} = reader.repository;
  const ref = head === undefined ? undefined : await findRef(reader, head);
  if (ref) return ofRef(ref);
  throw new CtrError(
    'UNKNOWN_REF',
    head ? `HEAD's branch ${head} is not in the index` : 'HEAD points at no branch',
    {
      hint: 'Name one with --ref (`ctr refs` lists them), or let HEAD name a branch that is there: git symbolic-ref HEAD refs/heads/<branch>.',
    },
  );
}

async function findRef({store, repository}: Reader, text: string): Promise<RefRecord | undefined> {
  const names = [
    ...(text.startsWith('refs/') ? [text] : []),
    `refs/heads/${text}`,
    `refs/tags/${text}`,
    `refs/${text}`,
  ];
  const records = await store.readRefs(repository.id, names);
  return names
    .map((name) => records.get(name))
    .find((record) => record !== undefined && record.state !== 'deleted');
}

function ofRef({name, commit, snapshot, history, indexedAt, reason}: RefRecord): Revision {
  if (commit !== undefined) return {ref: name, commit, snapshot, history, indexedAt};
  throw new CtrError('UNKNOWN_REF', `${name} leads to no commit: ${reason}`, {
    hint: 'Only commits have files and a history.',
  });
}

async function resolveOid(reader: Reader, prefix: string): Promise<Revision> {
  const {store, repository, snapshots} = reader;
  const oids = await store.findCommits(repository.id, prefix, CANDIDATES_MAX);
  if (oids.length === CANDIDATES_MAX) throw ambiguous(prefix, oids);
  const records = await store.readCommits(repository.id, oids);
  const reachable = await filterReachable(reader, [...records.values()]);
  const [found, ...others] = reachable;
  if (!found) throw unknownRef(prefix);
  if (others.length > 0)
    throw ambiguous(
      prefix,
      reachable.map(({record}) => record.oid),
    );
  const {record, ref} = found;
  const snapshot =
    (await snapshots.readSnapshot(record)) ?? (ref.commit === record.oid ? ref.snapshot : undefined);
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
): Promise<{record: CommitRecord; ref: RefRecord}[]> {
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
