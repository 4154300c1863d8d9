import {CtrError} from '../util/ctr-error.ts';

/** More than this is no head that `git http-backend` writes. */
const HEAD_MAX_BYTES = 16 * 1024;

/** The head of a CGI answer. Names are in lower case; `status` is not among the headers. */
export interface CgiHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Reads the head of a CGI answer: what stands before the first empty line. The rest of the answer stays in `chunks`,
 * preceded by `rest`, the bytes that came along with the head. Undefined where the program ended without a head.
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

/** The head's lines; `Status:` may stand anywhere among them (RFC 3875, 6.3.3), and without it all is well. */
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
