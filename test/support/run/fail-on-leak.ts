/**
 * Loaded into every test file's process (`--import`): a file whose tests are done but which something keeps
 * alive (a server, a timer, a child) fails and says so. Without this, `node --test` waits for it for ever.
 */
import {after} from 'node:test';

const ENDING_MAX_MS = 10_000;

// The process that runs the files loads this too; it has no tests of its own.
if (process.env.NODE_TEST_CONTEXT !== undefined) after(() => setTimeout(failLeaked, ENDING_MAX_MS).unref());

function failLeaked(): never {
  const resources = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(
    `${process.argv[1]}: the tests are done, but ${ENDING_MAX_MS} ms later these handles are open: ${resources}\n`,
  );
  process.exit(1);
}
