import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {Connection, Client as OpenSearch} from '@opensearch-project/opensearch';
import {Client as Minio} from 'minio';

/** Node: "13 Unsettled Top-Level Await: await was used outside of a function, but the passed promise never settled." */
const NEVER_SETTLED = 13;

/** A process of its own awaits one call: nothing but the end of that process tells that the call never settles. */
export async function exitCodeOf(...args: ['bulk'] | ['put', port: string]): Promise<'hangs' | number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {stdio: 'ignore'});
  const [code] = (await once(child, 'exit')) as [number];
  return code === NEVER_SETTLED ? 'hangs' : code;
}

/** One request at a time, each answered later than the helper flushes by itself. */
async function writeInBulk(): Promise<void> {
  class SlowConnection extends Connection {
    override request(...[, callback]: Parameters<Connection['request']>) {
      const answer = Object.assign(Readable.from(['{"errors":false,"items":[{"index":{"status":200}}]}']), {
        statusCode: 200,
        headers: {'content-type': 'application/json'},
      });
      setTimeout(() => callback(null, answer as never), 50);
      return {abort: () => undefined} as never;
    }
  }
  const client = new OpenSearch({node: 'http://localhost:9', Connection: SlowConnection});
  await client.helpers.bulk({
    datasource: ['{}', '{}', '{}'],
    onDocument: () => ({index: {_index: 'any'}}),
    concurrency: 1,
    flushBytes: 1,
    flushInterval: 1,
  });
}

/** The source fails while the client asks for unfinished uploads. */
async function putFromFailingSource(port: number): Promise<void> {
  const keys = {accessKey: 'key', secretKey: 'secret', region: 'us-east-1'};
  const client = new Minio({endPoint: '127.0.0.1', port, useSSL: false, ...keys});
  const source = new Readable({read: () => undefined});
  source.on('error', () => undefined);
  const put = client.putObject('bucket', 'key', source);
  source.destroy(new Error('the source fails'));
  await put.catch(() => undefined);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , what, port] = process.argv;
  await (what === 'bulk' ? writeInBulk() : putFromFailingSource(Number(port)));
}
