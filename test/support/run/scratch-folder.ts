import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** Source: statfs(2). */
const TMPFS = 0x01021994;
const ROOM_MIN_BYTES = 8 * 1024 ** 3;
const MEMORY_MIN_BYTES = 12 * 1024 ** 3;

/**
 * The folder for files of tests and their servers: in memory, if there is enough of it, else the system's temporary
 * folder. No test is about power failures, and every test waits for its fsyncs: a run takes an eighth less time without
 * them. TMPDIR wins if it is set.
 */
export function chooseScratchFolder(env: NodeJS.ProcessEnv): string {
  return env['TMPDIR'] === undefined && isRoomyMemory(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
}

function isRoomyMemory(folder: string): boolean {
  try {
    const {type, bavail, bsize} = statfsSync(folder);
    const hasRoom = bavail * bsize >= ROOM_MIN_BYTES && process.availableMemory() >= MEMORY_MIN_BYTES;
    return type === TMPFS && hasRoom && canStartPrograms(folder);
  } catch {
    // There is no such folder, or it is not ours to write.
    return false;
  }
}

/** Containers often forbid it there, and tests have hooks. */
function canStartPrograms(folder: string): boolean {
  const own = mkdtempSync(join(folder, 'ctr-scratch-'));
  try {
    const program = join(own, 'program');
    writeFileSync(program, '#!/bin/sh\n', {mode: 0o755});
    return spawnSync(program).status === 0;
  } finally {
    rmSync(own, {recursive: true});
  }
}
