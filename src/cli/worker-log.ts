import {rename, stat, writeFile} from 'node:fs/promises';

const LOG_MAX_BYTES = 4 * 1024 * 1024;

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
