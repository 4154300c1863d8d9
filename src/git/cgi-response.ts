import {CtrError} from '../util/ctr-error.ts';

/** No head of `git http-backend` is longer. */
const HEAD_MAX_BYTES = 16 * 1024;

/** The head of a CGI answer. Names are in lower case; `status` is not among the headers. */
export interface CgiHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Reads the head of a CGI answer, up to the first empty line. `rest` has the bytes that came together with the head; the
 * remaining answer stays in `chunks`. Undefined if the program ended without a head.
 * @throws REPOSITORY for a head without an end
 */
export async function readCgiHead(
  chunks: AsyncIterator<Buffer>,
): Promise<{head: CgiHead; rest: Buffer} | undefined> {
  let read = Buffer.alloc(0);
  for (;;) {
    const end = /\r?\n\r?\n/.exec(read.toString('latin1'));
    if (end) {
      const rest = read.subarray(end.index + end[0].length);
      return {head: parseCgiHead(read.toString('latin1', 0, end.index)), rest};
    }
    if (read.length > HEAD_MAX_BYTES) {
      throw new CtrError('REPOSITORY', 'git http-backend wrote a head without an end');
    }
    const next = await chunks.next();
    if (next.done) return undefined;
    read = Buffer.concat([read, next.value]);
  }
}

/** Parses the lines of the head. `Status:` may be any of them (RFC 3875, 6.3.3); without it the status is 200. */
export function parseCgiHead(text: string): CgiHead {
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (match) headers.set(match[1]!.toLowerCase(), match[2]!);
  }
  const status = /^[1-5]\d\d(?=\s|$)/.exec(headers.get('status') ?? '200')?.[0];
  headers.delete('status');
  return {status: Number(status ?? 500), headers};
}
