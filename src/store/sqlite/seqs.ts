import {serializeBitmap} from '../../domain/bitmap.ts';
import type {SeqStore} from '../ports/seqs.ts';
import type {Connections} from './connections.ts';
import {readNextSeq} from './counters.ts';

export function makeSeqStore({read, reserveSeqs}: Connections): SeqStore {
  return {
    reserveSeqs: async (series, count) =>
      count === 0 ? readNextSeq(read(), series) : reserveSeqs({series, count}),
    async readStoredSeqs(repo, series) {
      const rows = read().all(`SELECT seq FROM ${series} WHERE repo = ? ORDER BY seq`, repo);
      return serializeBitmap(rows.map(({seq}) => Number(seq)));
    },
  };
}
