import {seqTaken} from '../index-errors.ts';
import {type BulkOutcome, writeBulk} from './bulk.ts';
import type {Collection} from './collection-indexes.ts';
import {readDocuments} from './documents.ts';

/** An entry or a commit on its way into its collection. */
export interface NumberedDocument {
  readonly id: string;
  readonly seq: number;
  /** Called when it is sent: of the documents only one at a time is made. */
  readonly toSource: () => object;
}

/**
 * The documents are stored afterwards, except the refused ones. Where an id is there already, its document stays as it
 * is, or is overwritten (`isReplacing`).
 * @throws CONFLICT where one of them is stored under another seq.
 */
export async function putNumbered(
  collection: Collection,
  documents: readonly NumberedDocument[],
  {isReplacing, what}: {isReplacing: boolean; what: 'entries' | 'commits'},
): Promise<BulkOutcome[]> {
  const assertOwnSeqs = async (written: readonly NumberedDocument[]) => {
    const ids = written.map(({id}) => id);
    const stored = await readSeqs(collection, ids);
    const other = written.find(({id, seq}) => (stored.get(id) ?? seq) !== seq);
    if (other) throw seqTaken(what, {id: other.id, seq: other.seq, storedSeq: stored.get(other.id)});
  };
  if (isReplacing) await assertOwnSeqs(documents);
  const operations = documents.map(({id, toSource}) => ({
    id,
    action: isReplacing ? ('index' as const) : ('create' as const),
    get source() {
      return toSource();
    },
  }));
  const outcomes = await writeBulk(collection, operations);
  if (!isReplacing) await assertOwnSeqs(documents.filter((_, at) => outcomes[at]!.kind === 'conflict'));
  return outcomes;
}

/** The seqs of the documents that exist, by id. */
export async function readSeqs(collection: Collection, ids: readonly string[]): Promise<Map<string, number>> {
  const seqs = new Map<string, number>();
  for await (const documents of readDocuments(collection, ids, {members: ['seq'], batchSize: 1000})) {
    for (const {id, source} of documents) seqs.set(id, Number(source.seq));
  }
  return seqs;
}
