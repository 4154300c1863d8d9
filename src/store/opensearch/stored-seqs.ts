import {Bitmap} from '../../domain/bitmap.ts';
import type {Collection} from './collections.ts';
import {PAGE_MAX, searchPages} from './pages.ts';
import type {Server} from './server.ts';
import {termsOnly} from './terms.ts';

/** The numbers of everything in the collection that is the repository's. */
export async function readStoredSeqs(
  server: Server,
  collection: Collection,
  repo: string,
): Promise<Uint8Array> {
  using seqs = Bitmap.of();
  const pages = searchPages(server, collection, {
    query: {bool: {filter: [{term: {repo}}]}},
    sort: [{seq: 'asc'}],
    pageSize: PAGE_MAX,
    body: termsOnly(['seq']),
  });
  for await (const {hits} of pages) for (const {fields} of hits) seqs.add(Number(fields?.seq?.[0]));
  return seqs.serialize();
}
