import {readFileSync, writeFileSync} from 'node:fs';
import {constants, setPriority} from 'node:os';

const PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Lowers the priority of this process, and of those that it starts from now on, below that of readers and pushes. Does
 * nothing on a system without priorities.
 */
export function lowerPriority(): void {
  attempt(() => setPriority(PRIORITY));
  // Linux may share the processor between sessions before it looks at the priority of processes, and a worker has a
  // session of its own. Anybody else's is left alone. Source: sched(7), "The autogroup feature".
  attempt(() => {
    if (readSession() === process.pid) writeFileSync('/proc/self/autogroup', String(PRIORITY));
  });
}

/** Of the process that leads our session. Source: proc_pid_stat(5); the name in parentheses may hold anything. */
function readSession(): number {
  return Number(
    readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[3],
  );
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // The work is the same at any priority.
  }
}
