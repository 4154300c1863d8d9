import {Bitmap} from '../domain/bitmap.ts';
import type {CommitNode} from '../domain/commit.ts';
import type {RefRecord} from '../domain/ref.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Reader} from './open-reader.ts';

const REFS_PER_READ = 50;
const CANDIDATES_MAX = 20;

/** True for a whole oid, in lower case. */
export function isOid(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** True for a text that an oid may begin with. */
export function isOidPrefix(text: string): boolean {
  return /^[0-9a-f]{4,64}$/i.test(text);
}

/** A commit that some ref reaches. */
export interface ReachableCommit {
  readonly record: CommitNode;
  /** One that points at it, where there is one. */
  readonly ref: RefRecord;
}

/**
 * The commit with this oid or unique prefix of one (4 digits or more).
 * @throws UNKNOWN_REF
 */
export async function findCommit(reader: Reader, text: string): Promise<ReachableCommit> {
  const [found, ...others] = isOidPrefix(text) ? await findCommits(reader, text.toLowerCase()) : [];
  if (!found) throw unknownRevision({family: 'revision', name: text});
  if (others.length === 0) return found;
  const oids = [found, ...others].map(({record}) => record.oid);
  throw ambiguous(text, oids);
}

/** The commits whose oids are `prefix` (a whole one) or begin with it. */
export async function findCommits(reader: Reader, prefix: string): Promise<ReachableCommit[]> {
  const {store, repository} = reader;
  const oids = isOid(prefix) ? [prefix] : await store.findCommits(repository.id, prefix, CANDIDATES_MAX);
  if (oids.length === CANDIDATES_MAX) throw ambiguous(prefix, oids);
  const records = await store.readCommits(repository.id, oids);
  return filterReachable(reader, [...records.values()]);
}

/**
 * The commits that a ref reaches, and such a ref (one that points at it, where there is one). Nothing shows before
 * a ref does, and what the last ref has left is gone, although it may still be stored.
 */
async function filterReachable(
  {store, repository}: Reader,
  commits: readonly CommitNode[],
): Promise<ReachableCommit[]> {
  const found = new Map<CommitNode, RefRecord>();
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

/** The files of a commit; undefined where they are not indexed. */
export async function readSnapshot(
  {snapshots}: Reader,
  {record, ref}: ReachableCommit,
): Promise<Uint8Array | undefined> {
  return (await snapshots.readSnapshot(record)) ?? (ref.commit === record.oid ? ref.snapshot : undefined);
}

/** The error for a name that no ref and no commit has. */
export function unknownRevision({family, name}: {readonly family: string; readonly name: string}): CtrError {
  const what = family === 'branch' || family === 'ref' ? family : 'branch, tag or commit';
  return new CtrError('UNKNOWN_REF', `the index has no ${what} ${JSON.stringify(name)}`, {
    hint: '`ctr refs` lists what is indexed; `ctr sync` brings it up to date.',
    data: {ref: name},
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
