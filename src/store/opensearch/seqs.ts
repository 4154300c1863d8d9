import {Bitmap} from '../../domain/bitmap.ts';
import type {SeqStore} from '../ports/seqs.ts';
import {PAGE_MAX, searchPages} from './pages.ts';
import {openSeqCounter} from './seq-counter.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

export function makeSeqStore({server, collections: {files, commits}, write}: StoreContext): SeqStore {
  const reserve = {
    entries: openSeqCounter(server, 'entries'),
    commits: openSeqCounter(server, 'commits'),
  };
  return {
    reserveSeqs: (series, count) => write((to) => reserve[series](to, count)),
    async readStoredSeqs(repo, series) {
      using seqs = Bitmap.of();
      const pages = searchPages(server, series === 'entries' ? files : commits, {
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
