import type {Readable} from 'node:stream';

/**
 * The lines of a stream, without their ends, in as many arrays as there were chunks. Each character is one byte
 * (Latin-1): the bytes of a name are `Buffer.from(name, 'latin1')`. A last line without an end counts as a line.
 */
export async function* readLines(source: Readable): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}
