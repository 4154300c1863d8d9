/**
 * `run-sqlite-floor.ts <recording> <database> timed|ready`: the store's own writing of the recording's documents, one
 * transaction per batch, one after another. Writes the seconds of storing to stdout: with `timed`, splitting is among
 * them.
 */
import {type Piece, piecesOf, putPiece} from '../../src/store/sqlite/batch.ts';
import {Database} from '../../src/store/sqlite/database.ts';
import {TextWriter} from '../../src/store/sqlite/texts/text-writer.ts';
import {nextSegment, putSegment, TAIL_LONG} from '../../src/store/sqlite/texts/trigrams/next-segment.ts';
import {readBatches} from './recording.ts';

const [recording, database, rows] = process.argv.slice(2) as [string, string, 'timed' | 'ready'];
process.stdout.write(String(insertAll(recording, database)));

function insertAll(recording: string, file: string): number {
  let spentMs = 0;
  const timed = (work: () => void) => {
    const startedMs = performance.now();
    work();
    spentMs += performance.now() - startedMs;
  };
  const db = new Database(file, {isWriter: true});
  timed(() => db.createSchema());
  for (const batch of readBatches(recording)) {
    let pieces: Piece[] = [];
    const prepare = () => {
      pieces = [...piecesOf({...batch, isReplacing: false})];
    };
    if (rows === 'timed') timed(prepare);
    else prepare();
    timed(() =>
      db.transaction(() => {
        const texts = new TextWriter(db);
        for (const piece of pieces) putPiece(db, piece, texts);
        texts.finish();
        for (let segment = nextSegment(db, TAIL_LONG); segment; segment = nextSegment(db, TAIL_LONG))
          putSegment(db, segment);
      }),
    );
  }
  // Closing writes the log back into the file: an import does so too.
  timed(() => db[Symbol.dispose]());
  return spentMs / 1000;
}
