import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync, writeFileSync} from 'node:fs';
import {readBatches} from './recording.ts';
import type {World} from './world.ts';

/** The oids of the blobs that an import reads, in its order, as `cat-file` takes them; the file. */
export function writeBlobList(world: World, recording: string): string {
  const file = world.path('blobs');
  const oids: string[] = [];
  for (const batch of readBatches(recording)) {
    if (batch.kind !== 'entries') continue;
    for (const {kind, oid} of batch.entries) if (kind !== 'submodule') oids.push(`${oid}\n`);
  }
  writeFileSync(file, oids.join(''));
  return file;
}

/** The seconds that `git cat-file --batch --buffer` needs to write these blobs to nowhere. */
export async function measureCatFile({env}: World, gitDir: string, blobList: string): Promise<number> {
  const input = openSync(blobList, 'r');
  try {
    const startedMs = performance.now();
    const git = spawn('git', [`--git-dir=${gitDir}`, 'cat-file', '--batch', '--buffer'], {
      env,
      stdio: [input, 'ignore', 'inherit'],
    });
    const [code] = (await once(git, 'exit')) as [number];
    if (code !== 0) throw new Error(`git cat-file ended with exit code ${code}`);
    return (performance.now() - startedMs) / 1000;
  } finally {
    closeSync(input);
  }
}
