import type {EntryScope} from '../ports/entries.ts';
import {toBase64} from './base64.ts';

/** A clause of a `bool` query, or a whole query. */
export type QueryClause = Readonly<Record<string, unknown>>;

/** Only documents whose seq is in the set (OpenSearch 2.19 and later). */
export function bitmapFilter(bitmap: Uint8Array): QueryClause {
  return {terms: {seq: [toBase64(bitmap)], value_type: 'bitmap'}};
}

/** Only entries of the scope. */
export function scopeFilter(scope: EntryScope): QueryClause {
  return scope instanceof Uint8Array ? bitmapFilter(scope) : {term: {repo: scope.repo}};
}
