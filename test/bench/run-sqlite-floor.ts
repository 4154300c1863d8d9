/**
 * `run-sqlite-floor.ts <recording> <database> timed|ready`: the store's own statements with the recording's documents,
 * one transaction per batch, one after another. Writes the seconds of storing to stdout: with `timed`, folding and
 * compressing are among them.
 */
import {putCommits} from '../../src/store/sqlite/commit-rows.ts';
import {Database, type Value} from '../../src/store/sqlite/database.ts';
import {putEntries, rowOf} from '../../src/store/sqlite/entry-rows.ts';
import {type Batch, readBatches} from './recording.ts';

interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

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
    let statements: Statement[] = [];
    const prepare = () => {
      statements = statementsOf(batch);
    };
    if (rows === 'timed') timed(prepare);
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

/** Records the statements that the store would run for a batch. */
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
