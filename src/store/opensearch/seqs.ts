import {setTimeout as sleep} from 'node:timers/promises';
import {Bitmap} from '../../domain/bitmap.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {backoffMs} from '../../util/retry.ts';
import type {SeqStore} from '../ports/seqs.ts';
import type {Collections} from './collection-indexes.ts';
import {CONTENTION, readDocument, writeDocument} from './documents.ts';
import {counterIdOf, readHoldings} from './holdings.ts';
import {PAGE_MAX, searchPages} from './pages.ts';
import type {DocumentVersion} from './ref-documents.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

/** A bitmap filter takes integers of Java: 31 bits. */
const SEQ_END = 2 ** 31;
const ATTEMPTS_MAX = 200;

interface Counter {
  readonly next: number;
  /** Where it was read. */
  readonly writer: string;
  /** Undefined: there is no counter yet. */
  readonly version: DocumentVersion | undefined;
}

export function makeSeqStore({collections: {files, commits}, write}: StoreContext): SeqStore {
  const reserve = {
    entries: openSeqCounter('entries'),
    commits: openSeqCounter('commits'),
  };
  return {
    reserveSeqs: (series, count) => write((to) => reserve[series](to, count)),
    async readStoredSeqs(repo, series) {
      using seqs = Bitmap.of();
      const pages = searchPages(series === 'entries' ? files : commits, {
        query: {bool: {filter: [{term: {repo}}]}},
        sort: [{seq: 'asc'}],
        pageSize: PAGE_MAX,
        body: termsOnly(['seq']),
      });
      for await (const {hits} of pages) for (const {fields} of hits) seqs.add(Number(fields?.seq?.[0]));
      return seqs.serialize();
    },
  };
}

/**
 * Reserves numbers of one series. Calls run one after another; other processes are met by compare-and-set.
 *
 * Before the first number it reads the highest numbers in use, and continues above them: the counter is in the collection
 * of refs, which may have been lost or restored from an older time than files and commits. A later restore is not noticed.
 *
 * The last written counter is remembered: the next reservation is then one write. If another run has reserved numbers, that
 * write fails for its version, and the counter is read again.
 */
export function openSeqCounter(
  series: 'entries' | 'commits',
): (collections: Collections, count: number) => Promise<number> {
  const id = counterIdOf(series);
  let known: Counter | undefined;
  /** The first number above all in use, and whose. */
  let floor: {readonly next: number; readonly writer: string} | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function read({refs}: Collections): Promise<Counter> {
    const found = await readDocument(refs, id);
    return {next: Number(found?.source['next'] ?? 0), version: found, writer: refs.writer};
  }

  async function readAboveUsed(collections: Collections): Promise<Counter> {
    const {writer} = collections.refs;
    if (floor?.writer !== writer) {
      const {used} = await readHoldings(collections, {repo: '', isRefreshed: true});
      floor = {next: used[series], writer};
    }
    const counter = await read(collections);
    return {...counter, next: Math.max(counter.next, floor.next)};
  }

  async function reserve(collections: Collections, count: number): Promise<number> {
    const {refs} = collections;
    const {delay = sleep, random = Math.random} = refs.server.tools;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (count === 0) return (await read(collections)).next;
      // Of another generation's counter: versions of documents that have nothing to do with each other may be equal.
      const isOwn = known?.writer === refs.writer;
      const {next: first, version: expected} = known && isOwn ? known : await readAboveUsed(collections);
      // Until the answer of the write, the counter is unknown.
      known = undefined;
      const next = first + count;
      if (next > SEQ_END) throw exhausted(series);
      const source = {type: 'counter', series, next};
      const version = await writeDocument(refs, {id, source, expected});
      if (version) {
        known = {next, version, writer: refs.writer};
        return first;
      }
      await delay(backoffMs(attempt, CONTENTION, random()));
    }
    throw new CtrError('CONFLICT', 'too many others reserve numbers at the same time', {hint: 'Try again.'});
  }

  return (collections, count) => {
    const reserved = last.then(() => reserve(collections, count));
    last = reserved.catch(() => undefined);
    return reserved;
  };
}

function exhausted(series: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `the index set has given out all ${SEQ_END} numbers for ${series}`, {
    hint: 'Set another ctr.index.name and run `ctr sync`: everything is indexed again.',
  });
}
