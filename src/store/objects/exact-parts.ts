import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {CtrError} from '../../util/ctr-error.ts';

/**
 * The bytes of `source` in parts of `partBytes` (the last one shorter), at least one part even for 0 bytes. The
 * last part is yielded only after the source has ended with exactly `sizeBytes` bytes, so a caller that needs the last
 * part cannot finish with other bytes.
 *
 * Holds one part in memory. The next part overwrites it: use a part before you ask for the next one. A stream is read to
 * its end, or destroyed when the caller stops early.
 *
 * @throws CtrError OBJECT_CORRUPT if the size differs; the error of a stream that fails.
 */
export async function* exactParts(
  source: Uint8Array | Readable,
  {sizeBytes, partBytes}: {sizeBytes: number; partBytes: number},
): AsyncGenerator<Buffer> {
  assert(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, `a size in bytes: ${sizeBytes}`);
  const part = Buffer.allocUnsafe(Math.min(sizeBytes, partBytes));
  let filledBytes = 0;
  let seenBytes = 0;
  for await (const chunk of source instanceof Readable ? (source as AsyncIterable<Uint8Array>) : [source]) {
    assert(chunk instanceof Uint8Array, 'a source gives bytes');
    seenBytes += chunk.byteLength;
    if (seenBytes > sizeBytes) throw wrongSize(sizeBytes, {seenBytes, isEnd: false});
    for (let from = 0; from < chunk.byteLength; ) {
      // A full part waits until more bytes come: it may be the last one.
      if (filledBytes === part.length) {
        yield part;
        filledBytes = 0;
      }
      const taken = chunk.subarray(from, from + part.length - filledBytes);
      part.set(taken, filledBytes);
      filledBytes += taken.byteLength;
      from += taken.byteLength;
    }
  }
  if (seenBytes !== sizeBytes) throw wrongSize(sizeBytes, {seenBytes, isEnd: true});
  yield part.subarray(0, filledBytes);
}

function wrongSize(sizeBytes: number, {seenBytes, isEnd}: {seenBytes: number; isEnd: boolean}): CtrError {
  const seen = isEnd ? `ended after ${seenBytes}` : `goes on after ${sizeBytes}`;
  return new CtrError('OBJECT_CORRUPT', `the source of an object of ${sizeBytes} bytes ${seen}`, {
    data: {sizeBytes, seenBytes},
  });
}

/**
 * Runs `put`, which reads `source`. A stream is destroyed if the put fails, also before its first byte was read. Call it
 * before the first `await`: an error of a stream without a reader would end the process. A later reader still gets that
 * error.
 */
export async function withSource<T>(source: Uint8Array | Readable, put: () => Promise<T>): Promise<T> {
  if (!(source instanceof Readable)) return await put();
  source.on('error', () => {});
  try {
    return await put();
  } catch (error) {
    source.destroy();
    throw error;
  }
}
