import type {Readable} from 'node:stream';

/** Reads the streams to their ends, and keeps the last characters of all of them together: the reason of a failure. */
export function keepTail(streams: readonly Readable[], keptChars: number): () => string {
  let tail = '';
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-keptChars);
    });
  }
  return () => tail;
}
