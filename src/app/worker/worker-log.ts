import {open, rename, stat, writeFile} from 'node:fs/promises';
import type {AppContext} from '../context.ts';

const LOG_MAX_BYTES = 4 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;

/** Writes JSON lines with their time on stderr, which the launcher leads to the log. */
export function openJsonLog({stderr, now}: Pick<AppContext, 'stderr' | 'now'>): (line: object) => void {
  return (line) => void stderr.write(`${JSON.stringify({at: now().toISOString(), ...line})}\n`);
}

/** When the log is large, it starts again as an empty file; the one before is kept next to it. */
export async function keepLogSmall(file: string): Promise<void> {
  const sizeBytes = await stat(file).then(
    ({size}) => size,
    () => 0,
  );
  if (sizeBytes <= LOG_MAX_BYTES) return;
  await rename(file, `${file}.1`);
  // Made here, with the permissions of this process: the shell of the next push has those of the pusher.
  await writeFile(file, '', {flag: 'a'});
}

/** Why the last worker failed, in its own words; undefined where it did not, or where there is no log to read. */
export async function readLastError(file: string): Promise<string | undefined> {
  const lines = (await readTail(file)).split('\n').filter((line) => line.trim() !== '');
  // What a worker says after its last run was the end of it: a line of JSON is a run.
  const lastRun = lines.findLastIndex((line) => line.startsWith('{'));
  const words = lines.slice(lastRun + 1);
  if (words.length > 0) return words.find((line) => /^\w*Error: |^ctr: /.test(line)) ?? words.at(-1);
  return lastRun < 0 ? undefined : errorOf(lines[lastRun]!);
}

function errorOf(line: string): string | undefined {
  try {
    const {type, message, code} = JSON.parse(line) as Record<string, unknown>;
    return type === 'error' ? `${String(message)} [${String(code)}]` : undefined;
  } catch {
    // A line that a full disk has cut.
    return undefined;
  }
}

async function readTail(file: string): Promise<string> {
  try {
    await using log = await open(file, 'r');
    const {size} = await log.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const {buffer, bytesRead} = await log.read(Buffer.alloc(Math.min(size, TAIL_BYTES)), {position: start});
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}
