import {documentId} from '../../domain/document-id.ts';
import {checkLease, type Lease, type SeqSets} from '../../domain/lease.ts';
import type {LeaseStore, StoredLease} from '../ports/leases.ts';
import type {Version} from '../ports/version.ts';
import {fromBase64, toBase64} from './base64.ts';
import type {Collections} from './collection-indexes.ts';
import {readDocument, writeDocument} from './documents.ts';
import {fromVersion, toVersion} from './ref-documents.ts';
import type {StoreContext} from './store-context.ts';

const idOf = (repo: string) => documentId('lease', repo);

export function makeLeaseStore({collections, write}: StoreContext): LeaseStore {
  return {
    readLease: (repo) => readLease(collections, repo),
    putLease: (repo, lease, expected) => write((to) => putLease(to, repo, {lease, expected})),
  };
}

async function readLease({refs}: Collections, repo: string): Promise<StoredLease | undefined> {
  const found = await readDocument(refs, idOf(repo));
  if (!found) return undefined;
  const {holder, dropped, condemned} = found.source;
  const lease = checkLease({holder, dropped: fromStored(dropped), condemned: fromStored(condemned)});
  return {lease, version: toVersion(found)};
}

async function putLease(
  {refs}: Collections,
  repo: string,
  {lease, expected}: {lease: Lease; expected: Version | undefined},
): Promise<Version | undefined> {
  const source = {
    type: 'lease',
    repo,
    holder: lease.holder,
    dropped: toStored(lease.dropped),
    condemned: toStored(lease.condemned),
  };
  const version = await writeDocument(refs, {
    id: idOf(repo),
    source,
    expected: expected === undefined ? undefined : fromVersion(expected),
  });
  return version && toVersion(version);
}

/** The new generation knows what was on its way out, unless it has a lease of its own. */
export async function copyLeases(
  repos: readonly string[],
  {from, to}: {from: Collections; to: Collections},
): Promise<void> {
  for (const repo of repos) {
    const found = await readLease(from, repo);
    if (found?.lease) await putLease(to, repo, {lease: found.lease, expected: undefined});
  }
}

/** The sets as a document has them. */
function toStored({commits, entries}: SeqSets) {
  return {commits: toBase64(commits), entries: toBase64(entries)};
}

function fromStored(sets: unknown): SeqSets {
  const {commits, entries} = (sets ?? {}) as Record<keyof SeqSets, unknown>;
  return {commits: fromBase64(commits), entries: fromBase64(entries)};
}
