import {CtrError} from '../../util/ctr-error.ts';
import type {Database} from './database.ts';

/** Nothing that was deleted is in the file or in its write-ahead log afterwards. */
export function expunge(db: Database): void {
  // FTS5 keeps the words of a deleted text until the segments that hold them are merged.
  db.exec("INSERT INTO words (words) VALUES ('optimize')");
  // Writes every page anew; freed ones keep their bytes otherwise.
  db.exec('VACUUM');
  const checkpoint = db.get('PRAGMA wal_checkpoint(TRUNCATE)');
  if (checkpoint?.['busy'] === 0) return;
  throw new CtrError('BACKEND_UNAVAILABLE', 'a reader keeps the old pages of the index file in use', {
    hint: 'Try again when it has ended.',
  });
}
