import {rename, stat} from 'node:fs/promises';

const LOG_MAX_BYTES = 4 * 1024 * 1024;

/** The log begins anew when it is large; the one before is kept beside it. */
export async function keepLogSmall(file: string): Promise<void> {
  const sizeBytes = await stat(file).then(
    ({size}) => size,
    () => 0,
  );
  if (sizeBytes > LOG_MAX_BYTES) await rename(file, `${file}.1`);
}
