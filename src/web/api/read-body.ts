import type {IncomingMessage} from 'node:http';
import {Readable} from 'node:stream';
import {Problem} from '../problem.ts';

const BODY_MAX_BYTES = 1024 * 1024;

/**
 * The bytes of a question's body, at most 1 MB. OpenSearch takes a body with GET, which a `Request` cannot have: then
 * it is read from the connection.
 * @throws Problem 413.
 */
export async function readBody(request: Request, incoming: IncomingMessage | undefined): Promise<Buffer> {
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  const source = isGet ? incoming : request.body && Readable.fromWeb(request.body as never);
  if (!source) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_MAX_BYTES) {
      throw new Problem('TOO_LARGE', `the body is larger than ${BODY_MAX_BYTES} bytes`);
    }
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
