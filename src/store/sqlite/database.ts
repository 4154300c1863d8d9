import {mkdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {DatabaseSync, type StatementSync} from 'node:sqlite';
import {Bitmap} from '../../domain/bitmap.ts';
import {createFile} from '../../util/create-file.ts';
import {killPoint} from '../../util/kill-point.ts';
import {otherVersion, unusableIndex} from '../index-errors.ts';
import type {EntryScope} from '../ports/entries.ts';
import {SCHEMA, SCHEMA_VERSION, TUNING} from './schema.ts';
import {translateSqliteError} from './translate-error.ts';

export type Value = string | number | bigint | null | Uint8Array;
export type Row = Record<string, Value>;

/** A scope in SQL: between which seqs it lies, and what holds for an entry of it. */
export interface SqlScope {
  /** Nothing where `min` is greater. */
  readonly bounds: {readonly min: number; readonly max: number};
  /** `seq`: the column that holds it. The entries themselves are called `e`. */
  readonly condition: (seq: string) => [sql: string, ...values: string[]];
}

/** The values for which functions in SQL answer. */
interface SetFunctions {
  readonly test?: ((path: string) => boolean) | undefined;
  readonly scores?: ReadonlyMap<number, number> | undefined;
}

const STATEMENTS = SCHEMA.split(';')
  .map((statement) => statement.trim())
  .filter(Boolean);
const EVERYTHING = {min: 0, max: 2 ** 31 - 1};
const NOTHING = {min: 0, max: -1};

const TIMEOUT_MS = 30_000;
/** Of what a page of rows holds. */
const PAGE_MAX_BYTES = 8 * 1024 * 1024;
/** A transaction has to be rolled back, and who only reads may not. Source: https://www.sqlite.org/rescode.html */
const READONLY_ROLLBACK = 776;

/** A writer that died while it created the file has left a transaction, which a reader with write permission rolls back. */
function openReader(file: string): DatabaseSync {
  const open = (readOnly: boolean) => {
    const db = new DatabaseSync(file, {readOnly, timeout: TIMEOUT_MS});
    try {
      db.exec('PRAGMA user_version');
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  };
  try {
    return open(true);
  } catch (error) {
    if ((error as {errcode?: number}).errcode !== READONLY_ROLLBACK) throw error;
    open(false).close();
    return open(true);
  }
}

/**
 * One open database file: prepared statements are kept, errors are translated, and `in_set(seq)`, `fits(path)` and
 * `score_of(seq)` in SQL answer for what the running call gave (`withSet`), `take(number)` for `collect`. Everything here
 * is synchronous, so no two calls can mix.
 */
export class Database implements Disposable {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #isWriter: boolean;
  readonly #statements = new Map<string, StatementSync>();
  #functions: SetFunctions & {readonly set?: Bitmap} = {};
  #taker: ((number: number) => void) | undefined;
  /** Transactions that began here: SQLite counts those of other connections. */
  #writes = 0;
  /** The version of the file in which all tables were seen. */
  #soundVersion: string | undefined;

  constructor(file: string, {isWriter}: {isWriter: boolean}) {
    this.#file = file;
    this.#isWriter = isWriter;
    if (isWriter) mkdirSync(dirname(file), {recursive: true});
    if (isWriter) createFile(file);
    this.#db = translateSqliteError(file, () =>
      isWriter ? new DatabaseSync(file, {timeout: TIMEOUT_MS}) : openReader(file),
    );
    const define = (name: string, answer: (value: Value) => number) =>
      this.#db.function(name, {deterministic: false}, answer as (value: unknown) => number);
    define('in_set', (seq) => (this.#functions.set!.has(Number(seq)) ? 1 : 0));
    define('fits', (path) => (this.#functions.test!(String(path)) ? 1 : 0));
    define('score_of', (seq) => this.#functions.scores?.get(Number(seq)) ?? 0);
    define('take', (number) => {
      this.#taker!(Number(number));
      return 1;
    });
    if (isWriter) this.#becomeWriter();
  }

  #becomeWriter(): void {
    try {
      this.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** The tables exist afterwards. */
  createSchema(): void {
    this.transaction(() => {
      if (!this.hasSchema()) this.exec(`${SCHEMA}; ${TUNING}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  }

  /** True if the tables were created. @throws INDEX_UNUSABLE if they are those of another ctr. */
  hasSchema(): boolean {
    const fileVersion = this.version();
    if (this.#soundVersion === fileVersion) return true;
    const version = Number(this.get('PRAGMA user_version')!['user_version']);
    if (version === 0) return false;
    if (version !== SCHEMA_VERSION) throw otherVersion(this.#file, {found: version, own: SCHEMA_VERSION});
    // SQLite keeps the statements as they were given.
    const found = new Set(this.all('SELECT sql FROM sqlite_schema').map(({sql}) => sql));
    const lost = STATEMENTS.find((statement) => !found.has(statement));
    if (lost === undefined) {
      this.#soundVersion = fileVersion;
      return true;
    }
    throw unusableIndex(`${this.#file} is damaged: a table is lost or changed`, {data: {lost}});
  }

  exec(sql: string): void {
    translateSqliteError(this.#file, () => this.#db.exec(sql));
  }

  all(sql: string, ...values: Value[]): Row[] {
    return translateSqliteError(this.#file, () => this.#prepare(sql).all(...values) as Row[]);
  }

  /** Like `all`, but no more rows once they hold 8 MB. Empty only when there are none. */
  page(sql: string, ...values: Value[]): Row[] {
    return translateSqliteError(this.#file, () => {
      const rows: Row[] = [];
      let bytes = 0;
      for (const row of this.#prepare(sql).iterate(...values) as Iterable<Row>) {
        rows.push(row);
        bytes += sizeOf(row);
        if (bytes >= PAGE_MAX_BYTES) break;
      }
      return rows;
    });
  }

  /** Row by row, without keeping any. The connection must not be used for anything else until the end. */
  *each(sql: string, ...values: Value[]): Generator<Row> {
    const rows = translateSqliteError(
      this.#file,
      () => this.#prepare(sql).iterate(...values) as Iterator<Row>,
    );
    for (;;) {
      const {done, value} = translateSqliteError(this.#file, () => rows.next());
      if (done) return;
      yield value;
    }
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return translateSqliteError(this.#file, () => this.#prepare(sql).get(...values) as Row | undefined);
  }

  /** Runs a statement in which `take(number)` gives the number to `taker`: many numbers, without a row for each. */
  collect(sql: string, values: readonly Value[], taker: (number: number) => void): void {
    this.#taker = taker;
    try {
      this.get(sql, ...values);
    } finally {
      this.#taker = undefined;
    }
  }

  /** Another one after every change of the file. */
  version(): string {
    return `${this.get('PRAGMA data_version')!['data_version']} ${this.#writes}`;
  }

  run(sql: string, ...values: Value[]): number {
    return translateSqliteError(this.#file, () => Number(this.#prepare(sql).run(...values).changes));
  }

  /** Runs `work` with `in_set(seq)` answering for the serialized `set`. */
  within<T>(set: Uint8Array, work: (set: Bitmap) => T): T {
    using bitmap = Bitmap.parse(set);
    return this.withSet(bitmap, () => work(bitmap));
  }

  /** The same for the entries of a scope: a set, or those of a repository. */
  withinScope<T>(scope: EntryScope, work: (scope: SqlScope) => T): T {
    if (scope instanceof Uint8Array)
      return this.within(scope, ({bounds}) =>
        work({bounds: bounds ?? NOTHING, condition: (seq) => [`in_set(${seq})`]}),
      );
    return work({bounds: EVERYTHING, condition: () => ['e.repo = ?', scope.repo]});
  }

  /**
   * Runs `work` with `in_set(seq)` answering for `set`, `fits(path)` for the test and `score_of(seq)` for the scores (0
   * where there is none).
   */
  withSet<T>(set: Bitmap, work: () => T, {test, scores = new Map()}: SetFunctions = {}): T {
    const before = this.#functions;
    this.#functions = {set, test, scores};
    try {
      return work();
    } finally {
      this.#functions = before;
    }
  }

  /** All reads of `work` see the file as it is now, also while other processes write. */
  snapshot<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.exec('BEGIN');
    try {
      return work();
    } finally {
      this.exec('COMMIT');
    }
  }

  /** All or nothing; a writer in another process is waited for. */
  transaction<T>(work: () => T): T {
    this.#begin();
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** The same for asynchronous work. Until its end, every use of the connection belongs to the transaction. */
  async longTransaction(work: () => Promise<void>): Promise<void> {
    this.#begin();
    try {
      await work();
      this.exec('COMMIT');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #begin(): void {
    // Here, not before COMMIT: dying there is the same, but who is stopped there keeps all others out.
    killPoint('sqlite transaction');
    this.#writes++;
    this.exec('BEGIN IMMEDIATE');
  }

  #rollback(): void {
    // SQLite may have rolled back by itself (disk full); the first error is the one to tell.
    if (this.#db.isTransaction) this.exec('ROLLBACK');
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  [Symbol.dispose](): void {
    using _reader = this.#isWriter ? this.#keepLog() : undefined;
    this.#db.close();
  }

  /**
   * Empties the write-ahead log, if there are no readers, and keeps it until the result is disposed of. The last connection
   * to close deletes it, unless it only reads. But a user who may read, but not write in the folder, can open the database
   * only while `-wal` and `-shm` exist. Source: https://www.sqlite.org/wal.html, section 5.
   */
  #keepLog(): Disposable | undefined {
    try {
      const reader = openReader(this.#file);
      this.#db.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
      return {[Symbol.dispose]: () => reader.close()};
    } catch {
      // A file that is damaged or gone. Closing says no more about it than the work that was done here.
      return undefined;
    }
  }
}

/** Bytes of its blobs and characters of its texts. */
function sizeOf(row: Row): number {
  let size = 0;
  for (const value of Object.values(row)) {
    if (typeof value === 'string' || value instanceof Uint8Array) size += value.length;
  }
  return size;
}
