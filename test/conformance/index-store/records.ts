import {Bitmap, EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {CommitRecord, Signature} from '../../../src/domain/commit.ts';
import {documentId} from '../../../src/domain/document-id.ts';
import {type Entry, entryIdBytes} from '../../../src/domain/entry.ts';
import {type Lease, NO_SEQS} from '../../../src/domain/lease.ts';
import type {Clause, Expression} from '../../../src/domain/query/query.ts';
import {type RefRecord, refKindOf} from '../../../src/domain/ref.ts';
import type {RepositoryRecord} from '../../../src/domain/repository.ts';
import type {SearchPort} from '../../../src/store/ports/search.ts';

export const REPO = 'repo-a';
export const OTHER_REPO = 'repo-b';

/** A lease with nothing on its way out. */
export const LEASE: Lease = {holder: 'one', dropped: NO_SEQS, condemned: NO_SEQS};

/** A name of 40 hex digits that follows from `label`. */
export function oidOf(label: string): string {
  return Buffer.from(documentId(label), 'base64url').toString('hex').padEnd(40, '0');
}

/** A text entry; whatever is not given is made up. Without content it is a binary one. */
export function makeEntry(seq: number, path: string, given: Partial<Entry> = {}): Entry {
  const repo = given.repo ?? REPO;
  const key = {path, mode: given.mode ?? '100644', oid: given.oid ?? oidOf(`${path} ${seq}`)};
  return {
    id: entryIdBytes(repo, key).toString('base64url'),
    repo,
    seq,
    sizeBytes: Buffer.byteLength(given.content ?? ''),
    kind: given.content === undefined ? 'binary' : 'text',
    mime: 'text/plain',
    introducedBy: oidOf('first'),
    frontMatter: [],
    ...key,
    ...given,
  };
}

const SIGNATURE: Signature = {
  name: 'Ada',
  email: 'ada@example.org',
  timeSeconds: 1_700_000_000,
  offset: '+0100',
};

/** A commit that shows nothing; whatever is not given is made up. */
export function makeCommit(seq: number, given: Partial<CommitRecord> = {}): CommitRecord {
  const repo = given.repo ?? REPO;
  return {
    repo,
    seq,
    oid: oidOf(`${repo} commit ${seq}`),
    tree: oidOf('tree'),
    parents: [],
    author: SIGNATURE,
    committer: SIGNATURE,
    subject: `commit ${seq}`,
    message: `commit ${seq}\n`,
    order: 1_700_000_000 + seq,
    paths: [],
    history: serializeBitmap([seq]),
    ...given,
  };
}

/** A live branch that shows nothing; whatever is not given is made up. */
export function makeRef(name: string, given: Partial<RefRecord> = {}): RefRecord {
  return {
    repo: REPO,
    name,
    kind: refKindOf(name),
    state: 'live',
    target: oidOf(name),
    commit: oidOf(name),
    entryCount: 0,
    indexedAt: '2026-01-31T12:00:00.123Z',
    snapshot: EMPTY_BITMAP,
    history: EMPTY_BITMAP,
    ...given,
  };
}

/** A repository that shares its set with nobody unless told. */
export function makeRepository(given: Partial<RepositoryRecord> = {}): RepositoryRecord {
  return {
    id: REPO,
    name: 'a',
    head: 'refs/heads/main',
    objectFormat: 'sha1',
    isShared: false,
    builtWith: [
      {
        derivation: 1,
        history: 'all',
        exclude: ['*.log', '"é" 🚀'],
        textMaxBytes: 2_000_000,
        shards: 1,
        substrings: true,
      },
    ],
    ...given,
  };
}

export function queryOf(...parts: Expression[]): Expression {
  return {type: 'all', of: parts};
}

export function words(text: string): Clause {
  return {type: 'words', text, isPrefix: false};
}

export function prefix(text: string): Clause {
  return {type: 'words', text, isPrefix: true};
}

export function path(pattern: string): Clause {
  return {type: 'path', pattern};
}

export function ext(extension: string): Clause {
  return {type: 'ext', extension};
}

export function lang(language: string): Clause {
  return {type: 'lang', language};
}

export function kind(of: Entry['kind']): Clause {
  return {type: 'kind', kind: of};
}

export function not(of: Expression): Expression {
  return {type: 'not', of};
}

/** The same value for comparison: bytes as hex, members that are undefined left out. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
}

/** Everything that the batches hold, in their order. */
export async function flatten<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  return (await Array.fromAsync(batches)).flat();
}

/** 0, 1 .. count-1. */
export function numbersBelow(count: number): number[] {
  return Array.from({length: count}, (_, number) => number);
}

/** The numbers in a bitmap, ascending. */
export function seqsOf(bitmap: Uint8Array): number[] {
  using seqs = Bitmap.parse(bitmap);
  return [...seqs];
}

/** The paths of the entries with numbers below 100 in which the word is found, sorted. */
export async function found(store: SearchPort, text: string): Promise<string[]> {
  const {hits} = await store.search({
    expression: queryOf(words(text)),
    snapshot: serializeBitmap(numbersBelow(100)),
    limit: 100,
  });
  return hits.map(({entry}) => entry.path).sort();
}
