import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {Readable} from 'node:stream';
import {describe, type TestContext, test} from 'node:test';
import {Client} from 'minio';
import {openS3Objects} from '../../../src/store/s3/open-s3-objects.ts';
import {describeWith, s3} from '../../support/servers/require.ts';
import {failAfter, listAll, listUnfinished, readAll, testObjectStore} from './object-store-suite.ts';

const MB = 1_000_000;

describeWith('s3', 's3', () => {
  testObjectStore('s3', async (t) => ({backend: 's3', options: newBucket(t)}));

  describe('s3: the server', () => {
    test('wrong keys are refused with the names of the variables to set', async () => {
      const {url, accessKey} = s3();
      for (const keys of [
        {accessKey, secretKey: 'wrong-secret'},
        {accessKey: 'nobody', secretKey: 'wrong-secret'},
      ]) {
        await using store = await openS3Objects({url, bucket: 'ctr-test-refused', ...keys});
        const refused = {
          name: 'CtrError',
          code: 'BACKEND_REFUSED',
          hint: /CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY/,
        };
        await assert.rejects(store.createPlace(), refused);
        await assert.rejects(store.stat('a'), {code: 'BACKEND_REFUSED'});
        await assert.rejects(store.get('a'), refused);
        await assert.rejects(store.delete(['a']), refused);
        await assert.rejects(store.put('a', 20 * MB, randomBytes(20 * MB)), refused);
        await assert.rejects(store.put('a', 7 * MB, randomBytes(7 * MB)), {name: 'CtrError'});
      }
    });

    test('an object says that it is bytes and nothing more', async (t) => {
      const options = newBucket(t);
      await using store = await openS3Objects(options);
      await store.createPlace();
      await store.put('small', 2, Buffer.from('hi'));
      await store.put('large', 20 * MB, randomBytes(20 * MB));
      for (const key of ['small', 'large']) {
        const {metaData} = await clientOf().statObject(options.bucket, key);
        assert.equal(metaData['content-type'], 'application/octet-stream');
      }
    });

    test('an unfinished upload of the same key, left by another, is not resumed', async (t) => {
      const options = newBucket(t);
      await using store = await openS3Objects(options);
      await store.createPlace();
      const client = clientOf();
      const foreign = await client.initiateNewMultipartUpload(options.bucket, 'a/b', {});
      await client.makeRequestAsyncOmit(
        {
          method: 'PUT',
          bucketName: options.bucket,
          objectName: 'a/b',
          query: `partNumber=1&uploadId=${foreign}`,
        },
        Buffer.alloc(6 * MB, 'x'),
      );
      const bytes = randomBytes(20 * MB);
      await store.put('a/b', bytes.length, Readable.from([bytes]));
      assert(bytes.equals(await readAll(store, 'a/b')));
      assert.deepEqual(await listAll(store, ''), [{key: 'a/b', sizeBytes: bytes.length}]);
      await client.abortMultipartUpload(options.bucket, 'a/b', foreign);
    });

    test('a put that fails leaves no unfinished upload', async (t) => {
      const options = newBucket(t);
      await using store = await openS3Objects(options);
      await store.createPlace();
      await assert.rejects(store.put('a/b', 30 * MB, Readable.from(failAfter(20 * MB))), /the source broke/);
      const {uploads} = await clientOf().listIncompleteUploadsQuery(options.bucket, 'a/b', '', '', '');
      assert.deepEqual(uploads, []);
    });

    test('unfinished uploads of others in the bucket are not listed', async (t) => {
      const options = newBucket(t);
      await using store = await openS3Objects(options);
      await store.createPlace();
      const begun = new Map<string, string>();
      for (const key of ['docs/6f1e/ab/abcd', 'docs/6f1f/ab/abcd', 'My Documents/a'])
        begun.set(key, await clientOf().initiateNewMultipartUpload(options.bucket, key, {}));
      const own = [{id: `docs/6f1e/ab/abcd:${begun.get('docs/6f1e/ab/abcd')}`, sizeBytes: 0}];
      assert.deepEqual(await listUnfinished(store, 'docs/6f1e/'), own);
      assert.deepEqual(await listUnfinished(store, 'docs/6f1e/ab/abcd'), own);
      for (const [key, id] of begun) await clientOf().abortMultipartUpload(options.bucket, key, id);
    });

    test('keys of others in the bucket are not listed', async (t) => {
      const options = newBucket(t);
      await using store = await openS3Objects(options);
      await store.createPlace();
      for (const key of ['My Documents/a', 'ü', 'a&b']) {
        await clientOf().putObject(options.bucket, key, 'x');
      }
      await store.put('ours', 1, Buffer.from('x'));
      assert.deepEqual(await listAll(store, ''), [{key: 'ours', sizeBytes: 1}]);
    });

    test('a closed store fails at once', async (t) => {
      const store = await openS3Objects(newBucket(t));
      await store[Symbol.asyncDispose]();
      await assert.rejects(store.stat('a'), {name: 'CtrError', code: 'BACKEND_UNAVAILABLE'});
    });
  });
});

/** A bucket that is not there yet and that is gone after the test. */
function newBucket(t: TestContext) {
  const options = {...s3(), bucket: `ctr-test-${randomBytes(8).toString('hex')}`};
  t.after(() => removeBucket(options.bucket));
  return options;
}

async function removeBucket(bucket: string): Promise<void> {
  const client = clientOf();
  if (!(await client.bucketExists(bucket))) return;
  const names: string[] = [];
  for await (const {name} of client.listObjectsV2(bucket, '', true)) names.push(name);
  await client.removeObjects(bucket, names);
  await client.removeBucket(bucket);
}

function clientOf(): Client {
  const {url, accessKey, secretKey} = s3();
  const {hostname, port} = new URL(url);
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey,
    secretKey,
    region: 'us-east-1',
  });
}
