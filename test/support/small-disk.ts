import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Mounts an empty disk of that size, in memory; false where this process may not. The caller unmounts it. */
export function mountSmallDisk(directory: string, sizeBytes: number): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory];
  return spawnSync('mount', args, {stdio: 'ignore'}).status === 0;
}

/** The disk is gone afterwards, also while something of it is open. */
export function unmountDisk(directory: string): void {
  spawnSync('umount', ['--lazy', directory], {stdio: 'ignore'});
}

/** True if tests may mount disks. */
export function canMountDisks(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'ctr-mount-'));
  try {
    return mountSmallDisk(directory, 4096);
  } finally {
    unmountDisk(directory);
    rmdirSync(directory);
  }
}
