import {documentId} from '../../domain/document-id.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Collections, type ReadCollection, refreshCollections} from './collection-indexes.ts';
import {readDocument} from './documents.ts';
import type {FoundIndex} from './find-generations.ts';
import type {Server} from './server.ts';

/** The documents of a repository in a collection: their count, and the highest number (-1: none). */
export interface Holding {
  readonly count: number;
  readonly last: number;
}

/** The holdings in files and commits that queries see. */
export interface Holdings {
  /** Below these no number of the series is free: the highest one in use by any repository, and 1. */
  readonly used: Readonly<Record<'entries' | 'commits', number>>;
  /** The repository's own. */
  readonly entries: Holding;
  readonly commits: Holding;
}

/** Two requests at once; `isRefreshed`: one before them, so that everything written is seen. */
export async function readHoldings(
  collections: Collections,
  {repo, isRefreshed}: {repo: string; isRefreshed: boolean},
): Promise<Holdings> {
  const {files, commits} = collections;
  if (isRefreshed) await refreshCollections(files, commits);
  const [entries, records] = await Promise.all([
    aggregate(files, {repo, fields: ['seq']}),
    aggregate(commits, {repo, fields: ['seq', 'lastEntry']}),
  ]);
  return {
    used: {
      // A commit names numbers of files that may be lost: they stay theirs.
      entries: Math.max(entries.lasts['seq']!, records.lasts['lastEntry']!) + 1,
      commits: records.lasts['seq']! + 1,
    },
    entries: entries.own,
    commits: records.own,
  };
}

/**
 * The first numbers above all that these indexes have, name or say to have given, of any version of ctr.
 * What cannot be read says nothing.
 */
export async function readHighest(server: Server, indexes: readonly FoundIndex[]): Promise<Holdings['used']> {
  const highest = {entries: 0, commits: 0};
  const raise = (series: keyof typeof highest, next: number) => {
    highest[series] = Math.max(highest[series], next);
  };
  const FIELDS = {files: ['seq'], commits: ['seq', 'lastEntry'], refs: []};
  for (const {name, kind, isClosed} of indexes) {
    if (isClosed) continue;
    try {
      if (kind === 'refs') {
        raise('entries', await readCounter({server, name}, 'entries'));
        raise('commits', await readCounter({server, name}, 'commits'));
        continue;
      }
      const {lasts} = await aggregate({server, name}, {repo: '', fields: FIELDS[kind]});
      raise(kind === 'files' ? 'entries' : 'commits', lasts['seq']! + 1);
      raise('entries', (lasts['lastEntry'] ?? -1) + 1);
    } catch (error) {
      if (!(error instanceof CtrError)) throw error;
    }
  }
  return highest;
}

/** The document in which a series is counted, among the refs. */
export function counterIdOf(series: 'entries' | 'commits'): string {
  return documentId('counter', series);
}

/** The first number of the series that its counter has not given; 0 where it has given none. */
export async function readCounter(refs: ReadCollection, series: 'entries' | 'commits'): Promise<number> {
  return Number((await readDocument(refs, counterIdOf(series)))?.source['next'] ?? 0);
}

interface MaxAnswer {
  readonly value: number | null;
}

async function aggregate(
  {server, name}: ReadCollection,
  {repo, fields}: {repo: string; fields: readonly string[]},
): Promise<{lasts: Record<string, number>; own: Holding}> {
  const maxOf = (field: string) => ({max: {field}});
  const lastOf = ({value}: MaxAnswer) => value ?? -1;
  const {body} = await server.send({
    method: 'POST',
    path: `/${name}/_search`,
    query: {allow_partial_search_results: false},
    body: {
      size: 0,
      track_total_hits: false,
      aggs: {
        ...Object.fromEntries(fields.map((field) => [field, maxOf(field)])),
        own: {filter: {term: {repo}}, aggs: {seq: maxOf('seq')}},
      },
    },
  });
  const {own, ...lasts} = body.aggregations as {own: {doc_count: number; seq: MaxAnswer}} & Record<
    string,
    MaxAnswer
  >;
  return {
    lasts: Object.fromEntries(fields.map((field) => [field, lastOf(lasts[field]!)])),
    own: {count: own.doc_count, last: lastOf(own.seq)},
  };
}
