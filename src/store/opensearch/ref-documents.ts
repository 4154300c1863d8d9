import {documentId} from '../../domain/document-id.ts';
import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import type {Version} from '../ports/version.ts';
import {fromBase64, toBase64} from './base64.ts';
import {TERM_MAX_CHARS} from './mappings.ts';
import {pickMembers, sameNames, type Terms, without} from './terms.ts';

/** The id of a ref's document: what another client needs for a lookup. */
export function refDocumentId(repo: string, name: string): string {
  return documentId(repo, name);
}

const MEMBERS: Readonly<Record<string, keyof RefSummary>> = {
  ...sameNames('repo', 'name', 'kind', 'state', 'target', 'commit', 'reason', 'entryCount'),
  'indexedAt.raw': 'indexedAt',
};

/** Members that only `readRefs` needs. */
export const REF_BITMAPS = ['snapshot', 'history'];
export const REF_FIELDS = [...Object.keys(MEMBERS), 'isLong'];

/** The document of a ref. It is only ever written whole: a partial update can drop stored bitmaps. */
export function toRefDocument({snapshot, history, ...rest}: RefRecord): object {
  const isLong = rest.name.length > TERM_MAX_CHARS || (rest.reason?.length ?? 0) > TERM_MAX_CHARS;
  return {
    type: 'ref',
    ...rest,
    snapshot: toBase64(snapshot),
    history: toBase64(history),
    ...(isLong && {isLong}),
  };
}

/** The ref whose document this is, bitmaps included. */
export function fromRefDocument(source: object): RefRecord {
  const {snapshot, history} = source as {snapshot: string; history: string};
  return {...fromRefSummary(source), snapshot: fromBase64(snapshot), history: fromBase64(history)};
}

/** The ref whose document this is, without its bitmaps. */
export function fromRefSummary(source: object): RefSummary {
  return without(source, 'type', 'isLong', 'snapshot', 'history') as unknown as RefSummary;
}

/** The ref whose terms these are; undefined where one of them was too long to be kept. */
export function fromRefTerms(terms: Terms): RefSummary | undefined {
  return terms.isLong ? undefined : (pickMembers(terms, MEMBERS) as unknown as RefSummary);
}

/** A document's place in the order of writes, as OpenSearch gives it. */
export interface DocumentVersion {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

export function toVersion({seqNo, primaryTerm}: DocumentVersion): Version {
  return `${seqNo}:${primaryTerm}`;
}

export function fromVersion(version: Version): DocumentVersion {
  const [seqNo, primaryTerm] = version.split(':').map(Number);
  return {seqNo: seqNo ?? -1, primaryTerm: primaryTerm ?? -1};
}
