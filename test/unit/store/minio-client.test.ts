import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {describe, test} from 'node:test';
import {Client} from 'minio';
import {exitCodeOf} from './hang.ts';

/**
 * The faults of the client that src/store/s3 goes around. A test that fails here says that a fault is gone: then what
 * goes around it can go, too.
 */
describe('the MinIO client still', () => {
  test('never settles an upload whose source fails (minio-js #1479, #1448)', async () => {
    await using server = await openServer();
    assert.equal(await exitCodeOf('put', String(server.port)), 'hangs');
  });

  test('adds its parts to an unfinished upload of somebody else (minio-js #1318)', async () => {
    await using server = await openServer({unfinished: 'foreign'});
    await server.client.putObject('bucket', 'key', Readable.from([Buffer.from('x')]));
    assert.deepEqual(
      server.requests.filter((line) => line.startsWith('PUT')),
      ['PUT /bucket/key?partNumber=2&uploadId=foreign'],
    );
  });

  test('leaves an upload behind that has failed (minio-js #1480)', async () => {
    await using server = await openServer({partStatus: 400});
    await assert.rejects(server.client.putObject('bucket', 'key', Readable.from([Buffer.from('x')])));
    assert.ok(server.requests.some((line) => line.startsWith('PUT')));
    assert.ok(!server.requests.some((line) => line.startsWith('DELETE')));
  });

  test('loses the code of an answer that it would try again (minio-js #1390)', async () => {
    await using server = await openServer({partStatus: 503});
    const put = server.client.putObject('bucket', 'key', Buffer.from('x'));
    await assert.rejects(put, (error: Error) => !('code' in error) && !('status' in error));
  });
});

/** Answers as S3 does. `unfinished`: the upload of the key that it knows of. `partStatus`: for each PUT. */
async function openServer({unfinished, partStatus = 200}: {unfinished?: string; partStatus?: number} = {}) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const {method, url = ''} = request;
    requests.push(`${method} ${url}`);
    request.resume().on('end', () => {
      response.statusCode = method === 'PUT' ? partStatus : 200;
      if (method === 'PUT') response.setHeader('etag', '"1"');
      response.end(method === 'PUT' && partStatus === 200 ? '' : bodyOf(`${method} ${url}`, unfinished));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    port,
    requests,
    client: new Client({
      endPoint: '127.0.0.1',
      port,
      useSSL: false,
      region: 'us-east-1',
      accessKey: 'key',
      secretKey: 'secret',
      retryOptions: {disableRetry: true},
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function bodyOf(request: string, unfinished: string | undefined): string {
  if (request.startsWith('PUT')) return '<Error><Code>SlowDown</Code><Message>not now</Message></Error>';
  if (request.startsWith('POST')) {
    return request.includes('?uploads')
      ? '<InitiateMultipartUploadResult><UploadId>own</UploadId></InitiateMultipartUploadResult>'
      : '<CompleteMultipartUploadResult><Location>/</Location><Bucket>bucket</Bucket><Key>key</Key><ETag>"1"</ETag></CompleteMultipartUploadResult>';
  }
  if (request.includes('uploadId=')) {
    return '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>';
  }
  const initiated = '<Initiated>2020-01-01T00:00:00.000Z</Initiated>';
  const upload = `<Upload><Key>key</Key><UploadId>${unfinished}</UploadId>${initiated}</Upload>`;
  const uploads = unfinished === undefined ? '' : upload;
  return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${uploads}</ListMultipartUploadsResult>`;
}
