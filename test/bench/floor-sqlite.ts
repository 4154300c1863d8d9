import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {putCommits} from '../../src/store/sqlite/commits.ts';
import {Database, type Value} from '../../src/store/sqlite/database.ts';
import {putEntries, rowOf} from '../../src/store/sqlite/entries.ts';
import type {Floor} from './floor.ts';
import type {Batch, Recording} from './recording.ts';
import type {World} from './world.ts';

interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The store's own statements with the rows of the recording, prepared beforehand; one transaction per batch. */
export function openSqliteFloor(world: World, recording: Recording): Floor {
  return {
    title: 'SQLite alone',
    async measure() {
      const directory = world.path('floor');
      const seconds = insertAll(join(directory, 'index.db'), recording);
      rmSync(directory, {recursive: true});
      return seconds;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Reading the recording, folding and compressing are not in the time that is returned. */
function insertAll(file: string, recording: Recording): number {
  let spentMs = 0;
  const timed = (work: () => void) => {
    const startedMs = performance.now();
    work();
    spentMs += performance.now() - startedMs;
  };
  const db = new Database(file, {isWriter: true});
  timed(() => db.createSchema());
  for (const batch of recording.batches()) {
    const statements = statementsOf(batch);
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
