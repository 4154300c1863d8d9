import {existsSync} from 'node:fs';
import {CtrError} from '../../util/ctr-error.ts';
import {Database} from './database.ts';

/** The connections to one generation, or to whichever is the current one. */
export interface Connections extends Disposable {
  /** For reading; goes over to a new generation by itself. */
  readonly read: () => Database;
  /** For writing, and from then on for reading as well. @throws CONFLICT once, when another generation took over since the first call. */
  readonly write: () => Database;
  /** Whether the tables were created. */
  readonly exists: () => boolean;
  file(): string;
  /** Everything that was opened is closed; the next call opens what is there then. */
  close(): void;
}

/** `locate` is asked at every call which file it is: a link that is read, some microseconds. */
export function openConnections(locate: () => string): Connections {
  let file: string | undefined;
  let writer: Database | undefined;
  let reader: Database | undefined;
  /** Something was read of a generation that is not the current one any more. */
  let isOvertaken = false;

  function closeBoth(): void {
    writer?.[Symbol.dispose]();
    reader?.[Symbol.dispose]();
    writer = undefined;
    reader = undefined;
  }

  function follow(): string {
    const now = locate();
    if (file !== undefined && file !== now) {
      closeBoth();
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
    return reader;
  }

  return {
    read,
    write() {
      const now = follow();
      if (isOvertaken) {
        isOvertaken = false;
        throw replaced();
      }
      if (writer) return writer;
      // The last connection to close puts the write-ahead log back into the file; one that only reads could not.
      closeBoth();
      writer = new Database(now, {isWriter: true});
      return writer;
    },
    exists: () => existsSync(locate()) && read().hasSchema(),
    file: locate,
    close() {
      closeBoth();
      file = undefined;
      isOvertaken = false;
    },
    [Symbol.dispose]: closeBoth,
  };
}

function replaced(): CtrError {
  return new CtrError('CONFLICT', 'the index was built anew meanwhile, and this run began before', {
    hint: 'Run `ctr sync` again.',
  });
}
