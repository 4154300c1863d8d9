import type {CommitRecord} from '../../domain/commit.ts';
import type {Entry} from '../../domain/entry.ts';
import {putCommits} from './commit-rows.ts';
import type {Database} from './database.ts';
import {type EntryRow, putEntries, rowOf} from './entry-rows.ts';
import {TextWriter} from './texts/text-writer.ts';
import {nextSegment, putSegment} from './texts/trigrams/next-segment.ts';

/** The documents of one transaction. */
export type Batch =
  | {readonly entries: readonly Entry[]; readonly isReplacing: boolean}
  | {readonly commits: readonly CommitRecord[]; readonly isReplacing: boolean};

/** A part of a batch as the tables take it. Plain data: it may be sent to another thread. */
export type Piece =
  | {readonly rows: readonly EntryRow[]; readonly isReplacing: boolean}
  | {readonly commits: readonly CommitRecord[]; readonly isReplacing: boolean};

/** From here on it takes more than 100 ms, twice what it takes to start a thread (measured). Commits never do. */
const LARGE_CHARACTERS = 2 * 1024 * 1024;
const LARGE_ENTRIES = 2000;
/** Some 10 ms of work, both to make a piece and to store it. */
const PIECE_CHARACTERS = 256 * 1024;

/** True if storing it takes so long that a thread is worth its start: so for full batches, which others follow. */
export function isLarge(batch: Batch): boolean {
  if ('commits' in batch) return false;
  const {entries} = batch;
  return (
    entries.length >= LARGE_ENTRIES ||
    entries.reduce((sum, {content}) => sum + (content?.length ?? 0), 0) >= LARGE_CHARACTERS
  );
}

/** All of the batch is stored afterwards, or nothing. @throws CONFLICT when an id is stored under another seq. */
export function putBatch(db: Database, batch: Batch): void {
  db.transaction(() => {
    const texts = new TextWriter(db);
    for (const piece of piecesOf(batch)) putPiece(db, piece, texts);
    texts.finish();
    const segment = nextSegment(db);
    if (segment) putSegment(db, segment);
  });
}

/** Each is made when it is asked for: texts take several times their memory then. */
export function* piecesOf(batch: Batch): Generator<Piece> {
  if ('commits' in batch) {
    yield batch;
    return;
  }
  const {isReplacing} = batch;
  let rows: EntryRow[] = [];
  let characters = 0;
  for (const entry of batch.entries) {
    rows.push(rowOf(entry));
    characters += entry.content?.length ?? 0;
    if (characters < PIECE_CHARACTERS) continue;
    yield {rows, isReplacing};
    rows = [];
    characters = 0;
  }
  yield {rows, isReplacing};
}

/** Belongs into a transaction, at whose end `texts` is finished. @throws CONFLICT like `putBatch`. */
export function putPiece(db: Database, piece: Piece, texts: TextWriter): void {
  if ('rows' in piece) putEntries(db, piece.rows, {isReplacing: piece.isReplacing, texts});
  else putCommits(db, piece.commits, piece);
}
