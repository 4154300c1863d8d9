/**
 * A process of its own for lock.test.ts: `hold-lock.ts <file> [with-child]` asks once for the lock, says
 * `held` or `refused`, and keeps it until it is killed or its stdin ends.
 */
import {spawn} from 'node:child_process';
import {acquireLock} from '../../../src/queue/lock.ts';

const [file = '', withChild] = process.argv.slice(2);
using lock = await acquireLock(file, {waitMs: 0});
let childPid = 0;
if (withChild !== undefined) {
  // Inherits whatever a child can inherit, and outlives us.
  childPid = spawn('sleep', ['60'], {detached: true, stdio: 'ignore'}).pid ?? 0;
}
process.stdout.write(`${lock === undefined ? 'refused' : 'held'} ${childPid}\n`);
if (lock !== undefined) for await (const _ of process.stdin);
