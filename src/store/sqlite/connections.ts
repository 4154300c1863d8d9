import {statSync} from 'node:fs';
import {replacedIndex} from '../index-errors.ts';
import {type Batch, isLarge, putBatch} from './batch.ts';
import {type Reservation, reserveSeqs} from './counters.ts';
import {Database} from './database.ts';
import {cannotOpen} from './translate-error.ts';
import {WriterThreads} from './writer-threads.ts';

/** The connections to one generation, or to whichever is the current one. */
export interface Connections extends AsyncDisposable {
  /** For reading; goes over to a new generation by itself. */
  readonly read: () => Database;
  /**
   * Does the work over the connection for writing, which from then on is for reading as well; batches that are under
   * way in threads are waited for, so that the two never wait for each other's lock.
   * @throws CONFLICT once, when another generation took over since the first call.
   */
  readonly write: <T>(work: (db: Database) => T) => Promise<T>;
  /** Stores a batch as `putBatch` does: here, or, from the first large one on, in threads. @throws CONFLICT like `write`. */
  readonly putBatch: (batch: Batch) => Promise<void>;
  /** Reserves numbers as `reserveSeqs` does, wherever batches are stored. @throws CONFLICT like `write`. */
  readonly reserveSeqs: (wanted: Reservation) => Promise<number>;
  /** True if the tables were created. */
  readonly exists: () => boolean;
  readonly file: () => string;
  /** Everything that was opened is closed, what was under way is stored; the next call opens what is there then. */
  readonly close: () => Promise<void>;
}

/** `locate` is asked at every call which file it is: a link that is read, some microseconds. */
export function openConnections(locate: () => string): Connections {
  let file: string | undefined;
  /** Which file it was: another one may get its name. */
  let opened: string | undefined;
  let writer: Database | undefined;
  let reader: Database | undefined;
  let threads: WriterThreads | undefined;
  /** Threads of generations that were left. */
  const leaving = new Set<Promise<void>>();
  /** Something was read of a generation that is not the current one any more. */
  let isOvertaken = false;

  function leaveThreads(): void {
    if (!threads) return;
    const ended = threads.end().then(() => void leaving.delete(ended));
    leaving.add(ended);
    threads = undefined;
  }

  function closeBoth(): void {
    writer?.[Symbol.dispose]();
    reader?.[Symbol.dispose]();
    writer = undefined;
    reader = undefined;
  }

  function follow(): string {
    const now = locate();
    if (opened !== undefined && opened !== identityOf(now)) {
      leaveThreads();
      closeBoth();
      opened = undefined;
      isOvertaken = true;
    }
    file = now;
    return now;
  }

  function read(): Database {
    const tried = follow();
    if (writer) return writer;
    try {
      reader ??= new Database(tried, {isWriter: false});
    } catch (error) {
      // The file was replaced and deleted between the two looks.
      if (locate() === tried) throw error;
      reader = new Database(follow(), {isWriter: false});
    }
    opened ??= identityOf(file!);
    return reader;
  }

  function openWriter(): Database {
    const now = follow();
    if (isOvertaken) {
      isOvertaken = false;
      throw replacedIndex();
    }
    if (writer) return writer;
    // The last connection to close puts the write-ahead log back into the file; one that only reads could not.
    closeBoth();
    writer = new Database(now, {isWriter: true});
    opened = identityOf(now);
    return writer;
  }

  async function close(): Promise<void> {
    leaveThreads();
    await Promise.all(leaving);
    closeBoth();
    file = undefined;
    opened = undefined;
    isOvertaken = false;
  }

  return {
    read,
    async write(work) {
      for (;;) {
        const db = openWriter();
        if (!threads?.isBusy) return work(db);
        await threads.settled();
      }
    },
    async putBatch(batch) {
      const db = openWriter();
      if (threads?.hasEnded) threads = undefined;
      if (!threads && !isLarge(batch)) return putBatch(db, batch);
      threads ??= new WriterThreads(file!);
      return threads.put(batch);
    },
    async reserveSeqs(wanted) {
      const db = openWriter();
      return threads?.isBusy ? threads.reserveSeqs(wanted) : reserveSeqs(db, wanted);
    },
    exists: () => isThere(locate()) && read().hasSchema(),
    file: locate,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Its name, and the number of what has that name now: a deleted file is read on by a process that has it open. */
function identityOf(file: string): string {
  return `${file} ${statSync(file, {throwIfNoEntry: false})?.ino}`;
}

/** @throws BACKEND_REFUSED where this user may not even look: that is not the same as nothing. */
function isThere(file: string): boolean {
  try {
    return statSync(file, {throwIfNoEntry: false}) !== undefined;
  } catch (cause) {
    throw cannotOpen(file, cause);
  }
}
