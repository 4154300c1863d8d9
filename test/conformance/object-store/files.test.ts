import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {describe, type TestContext, test} from 'node:test';
import {openFileObjects} from '../../../src/store/files/open-file-objects.ts';
import {failAfter, listAll, readAll, testObjectStore} from './object-store-suite.ts';

function newDirectory(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'ctr-objects-'));
  t.after(() => rmSync(root, {recursive: true}));
  return join(root, 'objects');
}

testObjectStore('files', async (t) => ({backend: 'files', options: {directory: newDirectory(t)}}));

describe('files: on disk', () => {
  test('an object is the file of its key, and no failed put leaves a temporary one', async (t) => {
    const directory = newDirectory(t);
    await using store = await openFileObjects({directory});
    await store.createPlace();
    await store.put('docs/r/ab/abcd', 2, Buffer.from('hi'));
    await assert.rejects(store.put('docs/r/ab/abce', 100_000, Readable.from(failAfter(50_000))));
    assert.deepEqual(readdirSync(join(directory, '~tmp')), []);
    assert.deepEqual(readdirSync(join(directory, 'docs/r/ab')), ['abcd']);
  });

  test('deletion takes the empty folders along and leaves the place', async (t) => {
    const directory = newDirectory(t);
    await using store = await openFileObjects({directory});
    await store.createPlace();
    await store.put('docs/r/ab/abcd', 2, Buffer.from('hi'));
    await store.put('docs/s', 2, Buffer.from('hi'));
    await store.delete(['docs/r/ab/abcd']);
    assert.deepEqual(readdirSync(join(directory, 'docs')), ['s']);
    await store.delete(['docs/s']);
    assert.deepEqual(readdirSync(directory), ['~tmp']);
  });

  test('temporary files of dead writers are swept when they are a day old, not before', async (t) => {
    const directory = newDirectory(t);
    mkdirSync(join(directory, '~tmp'), {recursive: true});
    for (const name of ['old', 'young']) writeFileSync(join(directory, '~tmp', name), 'x');
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    utimesSync(join(directory, '~tmp', 'old'), twoDaysAgo, twoDaysAgo);
    await using store = await openFileObjects({directory});
    await store.createPlace();
    assert.deepEqual(readdirSync(join(directory, '~tmp')), ['young']);
    assert.deepEqual(await listAll(store, ''), []);
  });

  test('what people left there is not listed', async (t) => {
    const directory = newDirectory(t);
    await using store = await openFileObjects({directory});
    await store.createPlace();
    mkdirSync(join(directory, 'My Documents'));
    writeFileSync(join(directory, 'My Documents', 'a'), 'x');
    writeFileSync(join(directory, 'read me'), 'x');
    assert.deepEqual(await listAll(store, ''), []);
  });

  test('a key that is a folder of others, or the other way round, is refused', async (t) => {
    await using store = await openFileObjects({directory: newDirectory(t)});
    await store.createPlace();
    await store.put('a/b', 2, Buffer.from('hi'));
    await assert.rejects(store.put('a', 2, Buffer.from('hi')), {code: 'BACKEND_REFUSED'});
    await assert.rejects(store.put('a/b/c', 2, Buffer.from('hi')), {code: 'BACKEND_REFUSED'});
    assert.deepEqual(await readAll(store, 'a/b'), Buffer.from('hi'));
  });

  test('a place that cannot be is refused', async (t) => {
    const directory = newDirectory(t);
    mkdirSync(directory);
    writeFileSync(join(directory, 'file'), '');
    await using store = await openFileObjects({directory: join(directory, 'file')});
    await assert.rejects(store.createPlace(), {name: 'CtrError', code: 'BACKEND_REFUSED'});
  });
});
