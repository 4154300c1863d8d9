import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {describe, type TestContext, test} from 'node:test';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import type {ObjectStore} from '../../../src/store/ports/object-store.ts';
import {openBackend, type StoreAddress} from './open-backend.ts';

const MB = 1_000_000;
const OID = 'abcdef0123456789abcdef0123456789abcdef01';
const KEY = `docs/6f1e/ab/${OID}`;

/**
 * Every promise of the port, against one backend. `newPlace` names a place that no other test uses and that is not
 * there yet; it removes it after the test.
 */
export function testObjectStore(name: string, newPlace: (t: TestContext) => Promise<StoreAddress>): void {
  /** A store on a place of its own. */
  async function openPlace(t: TestContext): Promise<ObjectStore> {
    const store = await openUncreated(t);
    await store.createPlace();
    return store;
  }

  async function openUncreated(t: TestContext): Promise<ObjectStore> {
    const store = await openBackend(await newPlace(t));
    t.after(() => store[Symbol.asyncDispose]());
    return store;
  }

  describe(`${name}: the place`, () => {
    test('creating it twice, and twice at once, is fine and keeps what is there', async (t) => {
      const store = await openUncreated(t);
      await Promise.all([store.createPlace(), store.createPlace()]);
      await store.put(KEY, 2, Buffer.from('hi'));
      await store.createPlace();
      assert.equal(await store.stat(KEY), 2);
    });

    test('a place that was never created is refused, never taken for an empty one', async (t) => {
      const store = await openUncreated(t);
      const refused = {name: 'CtrError', code: 'BACKEND_REFUSED'};
      await assert.rejects(store.put(KEY, 2, Buffer.from('hi')), refused);
      await assert.rejects(store.get(KEY), refused);
      await assert.rejects(store.stat(KEY), refused);
      await assert.rejects(listAll(store, ''), refused);
      await assert.rejects(store.delete([KEY]), refused);
      await assert.rejects(listUnfinished(store, ''), refused);
    });

    test('says how many puts may run at once', async (t) => {
      const {writeConcurrency} = await openUncreated(t);
      assert(Number.isInteger(writeConcurrency) && writeConcurrency > 0);
    });
  });

  describe(`${name}: put and get`, () => {
    for (const sizeBytes of [0, 1, 4096, 70_000, MB]) {
      test(`${sizeBytes} bytes from memory and from a stream come back as they were`, async (t) => {
        const store = await openPlace(t);
        const bytes = randomBytes(sizeBytes);
        await store.put('a/buffer', sizeBytes, bytes);
        await store.put('a/stream', sizeBytes, Readable.from(chunksOf(bytes, 1000)));
        for (const key of ['a/buffer', 'a/stream']) {
          assert.deepEqual(await readAll(store, key), bytes);
          assert.equal(await store.stat(key), sizeBytes);
        }
      });
    }

    test('a part of a larger buffer is stored as that part', async (t) => {
      const store = await openPlace(t);
      await store.put(KEY, 3, new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4));
      assert.deepEqual(await readAll(store, KEY), Buffer.from([1, 2, 3]));
    });

    test('20 MB from memory and from a stream come back as they were', async (t) => {
      const store = await openPlace(t);
      const bytes = randomBytes(20 * MB);
      await store.put('a/stream', bytes.length, Readable.from(chunksOf(bytes, 65_536)));
      await store.put('a/buffer', bytes.length, bytes);
      for (const key of ['a/buffer', 'a/stream']) {
        assert.equal(sha256(await readAll(store, key)), sha256(bytes));
        assert.equal(await store.stat(key), bytes.length);
      }
    });

    test('a range is its bytes and no others', async (t) => {
      const store = await openPlace(t);
      const bytes = randomBytes(3 * MB);
      await store.put(KEY, bytes.length, bytes);
      for (const [first, last] of [
        [0, 0],
        [0, bytes.length - 1],
        [70_000, 2 * MB + 1],
        [bytes.length - 1, bytes.length - 1],
      ] as const) {
        const stream = await store.get(KEY, {first, last});
        assert.ok((await buffer(stream!)).equals(bytes.subarray(first, last + 1)), `${first} to ${last}`);
      }
      assert.equal(await store.get('a/missing', {first: 0, last: 1}), undefined);
    });

    test('memory stays bounded while 100 MB pass through', async (t) => {
      const store = await openPlace(t);
      const chunk = randomBytes(MB);
      const before = heldBytes();
      let peak = before;
      const measure = () => {
        peak = Math.max(peak, heldBytes());
      };
      await store.put(KEY, 100 * MB, Readable.from(repeat(chunk, 100, measure)));
      let readBytes = 0;
      for await (const bytes of (await store.get(KEY)) as AsyncIterable<Buffer>) {
        readBytes += bytes.length;
        if (readBytes % MB < bytes.length) measure();
      }
      assert.equal(readBytes, 100 * MB);
      assert(peak - before < 20 * MB, `${Math.round((peak - before) / MB)} MB`);
    });

    test('an object that is not there is undefined', async (t) => {
      const store = await openPlace(t);
      assert.equal(await store.get(KEY), undefined);
      assert.equal(await store.stat(KEY), undefined);
    });

    test('a folder of keys is no object, nor is anything below an object', async (t) => {
      const store = await openPlace(t);
      await store.put('a/b/c', 2, Buffer.from('hi'));
      for (const key of ['a', 'a/b', 'a/b/c/d']) {
        assert.equal(await store.get(key), undefined);
        assert.equal(await store.stat(key), undefined);
        await store.delete([key]);
      }
      assert.equal(await store.stat('a/b/c'), 2);
    });

    test('a get that is given up half-way costs nothing afterwards', async (t) => {
      const store = await openPlace(t);
      await store.put(KEY, 5 * MB, randomBytes(5 * MB));
      for (let i = 0; i < 100; i++) {
        const stream = await store.get(KEY);
        if (i % 2 === 0) for await (const _ of stream!) break;
        stream!.destroy();
      }
      assert.equal((await readAll(store, KEY)).length, 5 * MB);
    });
  });

  describe(`${name}: a put is whole or nothing`, () => {
    for (const sizeBytes of [100_000, 20 * MB]) {
      test(`of ${sizeBytes} bytes, a source that fails in the middle leaves nothing`, async (t) => {
        const store = await openPlace(t);
        const source = Readable.from(failAfter(sizeBytes / 2));
        await assert.rejects(store.put(KEY, sizeBytes, source), /^Error: the source broke$/);
        await assertEmpty(store);
      });

      test(`of ${sizeBytes} bytes, a source that ends early leaves nothing`, async (t) => {
        const store = await openPlace(t);
        const source = Readable.from(chunksOf(randomBytes(sizeBytes - 1), 65_536));
        await assert.rejects(store.put(KEY, sizeBytes, source), {code: 'OBJECT_CORRUPT'});
        await assertEmpty(store);
      });

      test(`of ${sizeBytes} bytes, a source that goes on leaves nothing and is let go`, async (t) => {
        const store = await openPlace(t);
        const source = Readable.from(chunksOf(randomBytes(sizeBytes + 1), 65_536));
        await assert.rejects(store.put(KEY, sizeBytes, source), {code: 'OBJECT_CORRUPT'});
        assert.equal(source.destroyed, true);
        await assertEmpty(store);
      });

      test(`of ${sizeBytes} bytes, nobody sees it before its end`, async (t) => {
        const store = await openPlace(t);
        const bytes = randomBytes(sizeBytes);
        const source = Readable.from(
          (async function* () {
            yield bytes.subarray(0, -1);
            await assertEmpty(store);
            yield bytes.subarray(-1);
          })(),
        );
        await store.put(KEY, sizeBytes, source);
        assert.equal(sha256(await readAll(store, KEY)), sha256(bytes));
      });

      test(`of ${sizeBytes} bytes, a writer killed in the middle leaves nothing and stands in nobody's way`, async (t) => {
        const address = await newPlace(t);
        await using store = await openBackend(address);
        await store.createPlace();
        await killWriterHalfWay(address, sizeBytes);
        await assertEmpty(store);
        const bytes = randomBytes(sizeBytes);
        await store.put(KEY, sizeBytes, bytes);
        assert.equal(sha256(await readAll(store, KEY)), sha256(bytes));
      });
    }

    test('memory of another size is refused', async (t) => {
      const store = await openPlace(t);
      await assert.rejects(store.put(KEY, 3, Buffer.from('hi')), {code: 'OBJECT_CORRUPT'});
      await assert.rejects(store.put(KEY, 0, Buffer.from('hi')), {code: 'OBJECT_CORRUPT'});
      await assert.rejects(store.put(KEY, 2, Buffer.alloc(0)), {code: 'OBJECT_CORRUPT'});
      await assertEmpty(store);
    });

    test('a source that fails before its first byte rejects the put', async (t) => {
      const store = await openPlace(t);
      const source = new Readable({read() {}});
      process.nextTick(() => source.destroy(new Error('the source broke')));
      await assert.rejects(store.put(KEY, 5, source), /the source broke/);
      await assertEmpty(store);
    });

    test('a put that fails keeps the object that was there', async (t) => {
      const store = await openPlace(t);
      await store.put(KEY, 2, Buffer.from('hi'));
      await assert.rejects(store.put(KEY, 20 * MB, Readable.from(failAfter(10 * MB))), /the source broke/);
      assert.deepEqual(await readAll(store, KEY), Buffer.from('hi'));
    });

    test('a put may be repeated, also while the object is being read', async (t) => {
      const store = await openPlace(t);
      const bytes = randomBytes(9 * MB);
      await store.put(KEY, bytes.length, bytes);
      const [read] = await Promise.all([readAll(store, KEY), store.put(KEY, bytes.length, bytes)]);
      assert.equal(sha256(read), sha256(bytes));
      assert.deepEqual(await listAll(store, ''), [{key: KEY, sizeBytes: bytes.length}]);
    });

    for (const sizeBytes of [10_000, 9 * MB]) {
      test(`eight puts of one key of ${sizeBytes} bytes at once make one whole object, whole whenever it is read`, async (t) => {
        const store = await openPlace(t);
        const bytes = randomBytes(sizeBytes);
        const puts = Promise.all(
          Array.from({length: 8}, () => store.put(KEY, sizeBytes, Readable.from(chunksOf(bytes, 4096)))),
        );
        let isDone = false;
        void puts.finally(() => (isDone = true)).catch(() => {});
        while (!isDone) {
          const stream = await store.get(KEY);
          if (stream !== undefined) assert.equal(sha256(await buffer(stream)), sha256(bytes));
        }
        await puts;
        assert.deepEqual(await listAll(store, ''), [{key: KEY, sizeBytes}]);
      });
    }
  });

  describe(`${name}: keys`, () => {
    const weird = [
      'a',
      '0',
      '007',
      '0x1F',
      '1e5',
      '1.50',
      '.hidden',
      '...',
      '-',
      '-rf',
      '_',
      'a.b.c/d-e_f/g',
      'Case/x',
      `${'d/'.repeat(100)}f`,
      'x'.repeat(200),
      'CON',
      'a..b/c..',
      'tmp/new',
    ];
    for (const key of weird) {
      test(`${key.slice(0, 40)} is a key like any other`, async (t) => {
        const store = await openPlace(t);
        await store.put(key, 2, Buffer.from('hi'));
        assert.deepEqual(await readAll(store, key), Buffer.from('hi'));
        assert.equal(await store.stat(key), 2);
        assert.deepEqual(await listAll(store, ''), [{key, sizeBytes: 2}]);
        assert.deepEqual(await listAll(store, key), [{key, sizeBytes: 2}]);
        await store.delete([key]);
        await assertEmpty(store);
      });
    }

    const invalid = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      'a/..',
      '~tmp/a',
      'a b',
      'a\nb',
      'a\0',
      'a\\b',
      'ä',
      'a?b',
      'a%2fb',
      '<svg>',
      'x'.repeat(256),
      `${'d/'.repeat(512)}f`,
    ];
    for (const key of invalid) {
      test(`${JSON.stringify(key).slice(0, 40)} is refused as a bug`, async (t) => {
        const store = await openPlace(t);
        const bug = {name: 'AssertionError'};
        const source = Readable.from(['hi']);
        await assert.rejects(store.put(key, 2, source), bug);
        assert.equal(source.destroyed, true);
        await assert.rejects(store.get(key), bug);
        await assert.rejects(store.stat(key), bug);
        await assert.rejects(store.delete(['good', key]), bug);
        await assertEmpty(store);
      });
    }

    for (const prefix of ['../', '/', 'a//', './', 'a/../', '..//', '*', 'a b']) {
      test(`${JSON.stringify(prefix)} is refused as a prefix`, async (t) => {
        const store = await openPlace(t);
        await assert.rejects(listAll(store, prefix), {name: 'AssertionError'});
      });
    }
  });

  describe(`${name}: list and delete`, () => {
    test('more than 1000 keys are listed once each, with sizes, in batches, and deleted in one call', async (t) => {
      const store = await openPlace(t);
      const keys = Array.from(
        {length: 1234},
        (_, i) => `docs/r/${(i % 256).toString(16).padStart(2, '0')}/k${i}`,
      );
      await putAll(store, keys);
      const batches = await Array.fromAsync(store.list('docs/'));
      assert(batches.length > 1 && batches.every((batch) => batch.length > 0 && batch.length <= 1000));
      const sizes = batches.flat().map(({sizeBytes}) => sizeBytes);
      assert.deepEqual(
        batches
          .flat()
          .map(({key}) => key)
          .sort(),
        keys.toSorted(),
      );
      assert.deepEqual([...new Set(sizes)], [5]);

      await store.delete(keys.slice(1));
      assert.deepEqual(await listAll(store, ''), [{key: keys[0], sizeBytes: 5}]);
    });

    test('a prefix may end anywhere and is compared byte by byte', async (t) => {
      const store = await openPlace(t);
      const keys = [
        'docs/r1/ab/1',
        'docs/r1/ab/2',
        'docs/r1/ac/1',
        'docs/r10/ab/1',
        'docs2/r1/ab/1',
        'Docs/r1/ab/1',
      ];
      await putAll(store, keys);
      for (const prefix of [
        '',
        'd',
        'docs',
        'docs/',
        'docs/r1',
        'docs/r1/',
        'docs/r1/a',
        'docs/r1/ab/1',
        'x',
        'docs/r1/ab/1/',
      ]) {
        const listed = (await listAll(store, prefix)).map(({key}) => key).sort();
        assert.deepEqual(listed, keys.filter((key) => key.startsWith(prefix)).sort(), prefix);
      }
    });

    test('deleting what is not there is no error, alone or among others, once or twice', async (t) => {
      const store = await openPlace(t);
      await store.delete([]);
      await store.delete(['no/such']);
      await putAll(store, ['a/1', 'a/2']);
      await store.delete(['a/1', 'no/such', 'a/1']);
      assert.deepEqual(await listAll(store, ''), [{key: 'a/2', sizeBytes: 5}]);
    });

    test('objects may be deleted while they are listed', async (t) => {
      const store = await openPlace(t);
      await putAll(
        store,
        Array.from({length: 1100}, (_, i) => `a/${i % 7}/${i}`),
      );
      for await (const batch of store.list('a/')) await store.delete(batch.map(({key}) => key));
      await assertEmpty(store);
    });

    test('puts and deletions in one folder do not hinder each other', async (t) => {
      const store = await openPlace(t);
      const keys = Array.from({length: 10}, (_, i) => `a/b/${i}`);
      for (let round = 0; round < 10; round++) {
        await Promise.all([
          ...keys.map((key) => store.put(key, 5, Buffer.from('hello'))),
          store.delete(['a/b/0', 'a/b/x']),
        ]);
        assert.equal((await listAll(store, 'a/b/')).filter(({key}) => key !== 'a/b/0').length, 9);
        await Promise.all(keys.map((key) => store.delete([key])));
        await assertEmpty(store);
      }
    });

    test('what a killed writer has begun is listed until it is deleted, and the objects stay', async (t) => {
      const address = await newPlace(t);
      await using store = await openBackend(address);
      await store.createPlace();
      const sizeBytes = 40 * MB;
      await store.put('docs/6f1e/ac/acdc', 2, Buffer.from('hi'));
      assert.deepEqual(await listUnfinished(store, 'docs/6f1e/'), []);
      await killWriterHalfWay(address, sizeBytes);
      const left = await listUnfinished(store, 'docs/6f1e/');
      assert.equal(left.length, 1);
      assert(left[0]!.sizeBytes > 0 && left[0]!.sizeBytes <= sizeBytes / 2, `${left[0]!.sizeBytes} bytes`);
      await store.deleteUnfinished(left);
      assert.deepEqual(await listUnfinished(store, 'docs/6f1e/'), []);
      await store.deleteUnfinished(left);
      assert.deepEqual(await listAll(store, ''), [{key: 'docs/6f1e/ac/acdc', sizeBytes: 2}]);
    });

    test('a list that is left early lets go', async (t) => {
      const store = await openPlace(t);
      await putAll(
        store,
        Array.from({length: 1001}, (_, i) => `a/${i}`),
      );
      for await (const _ of store.list('')) break;
    });
  });
}

export async function listAll(store: ObjectStore, prefix: string) {
  return (await Array.fromAsync(store.list(prefix))).flat();
}

export async function listUnfinished(store: ObjectStore, prefix: string) {
  return (await Array.fromAsync(store.listUnfinished(prefix))).flat();
}

export async function readAll(store: ObjectStore, key: string): Promise<Buffer> {
  const stream = await store.get(key);
  assert(stream !== undefined, `no object ${key}`);
  return await buffer(stream);
}

export function* failAfter(bytes: number): Generator<Buffer> {
  for (let given = 0; given < bytes; given += 50_000) yield randomBytes(50_000);
  throw new Error('the source broke');
}

async function assertEmpty(store: ObjectStore): Promise<void> {
  assert.deepEqual(await listAll(store, ''), []);
  assert.equal(await store.stat(KEY), undefined);
  assert.equal(await store.get(KEY), undefined);
}

async function putAll(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += store.writeConcurrency) {
    await Promise.all(
      keys.slice(from, from + store.writeConcurrency).map((key) => store.put(key, 5, Buffer.from('hello'))),
    );
  }
}

/** A process of its own begins to put KEY; it is killed when it has given half of the bytes. */
async function killWriterHalfWay(address: StoreAddress, sizeBytes: number): Promise<void> {
  const script = join(import.meta.dirname, 'put-half.ts');
  const child = spawn(process.execPath, [script, JSON.stringify({address, key: KEY, sizeBytes})], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [said] = await Promise.race([once(child.stdout, 'data'), exited]);
  assert.equal(String(said), 'half\n');
  child.kill('SIGKILL');
  await exited;
}

function* chunksOf(bytes: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes);
}

function* repeat(chunk: Buffer, times: number, onEach: () => void): Generator<Buffer> {
  for (let i = 0; i < times; i++) {
    onEach();
    yield chunk;
  }
}

/** The bytes of all buffers that are still in use: garbage is collected first, or chance would decide. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
