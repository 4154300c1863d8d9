import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {putCommits} from '../../src/store/sqlite/commits.ts';
import {Database, type Value} from '../../src/store/sqlite/database.ts';
import {putEntries, rowOf} from '../../src/store/sqlite/entries.ts';
import type {Floors} from './floor.ts';
import type {Batch, Recording} from './recording.ts';
import type {World} from './world.ts';

interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The store's own statements with the recording's documents, one transaction per batch, one after another. */
export function openSqliteFloors(world: World, recording: Recording): Floors {
  const measure = async (rows: 'timed' | 'ready') => {
    const directory = world.path('floor');
    const seconds = insertAll(join(directory, 'index.db'), recording, {areRowsTimed: rows === 'timed'});
    rmSync(directory, {recursive: true});
    return seconds;
  };
  return {
    floors: [
      {title: 'a bare loop', measure: () => measure('timed')},
      {title: 'SQLite with rows that are ready', measure: () => measure('ready')},
    ],
    async [Symbol.asyncDispose]() {},
  };
}

/** Reading the recording is not in the time that is returned; folding and compressing only with `areRowsTimed`. */
function insertAll(file: string, recording: Recording, {areRowsTimed}: {areRowsTimed: boolean}): number {
  let spentMs = 0;
  const timed = (work: () => void) => {
    const startedMs = performance.now();
    work();
    spentMs += performance.now() - startedMs;
  };
  const db = new Database(file, {isWriter: true});
  timed(() => db.createSchema());
  for (const batch of recording.batches()) {
    let statements: Statement[] = [];
    const prepare = () => {
      statements = statementsOf(batch);
    };
    if (areRowsTimed) timed(prepare);
    else prepare();
    timed(() =>
      db.transaction(() => {
        for (const {sql, values} of statements) db.run(sql, ...values);
      }),
    );
  }
  // Closing writes the log back into the file: an import does so too.
  timed(() => db[Symbol.dispose]());
  return spentMs / 1000;
}

/** What the store would do for a batch, noted down instead of done. */
function statementsOf(batch: Batch): Statement[] {
  const statements: Statement[] = [];
  const noting = {
    run(sql: string, ...values: Value[]) {
      statements.push({sql, values});
      return 1;
    },
  } as unknown as Database;
  if (batch.kind === 'entries') putEntries(noting, batch.entries.map(rowOf), {isReplacing: false});
  else putCommits(noting, batch.commits, {isReplacing: false});
  return statements;
}
