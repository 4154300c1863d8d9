import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, truncateSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, describe, test} from 'node:test';
import {StorePool} from '../../../../src/app/site/store-pool.ts';
import type {OpenStores, StoreLocations} from '../../../../src/app/stores/with-stores.ts';
import {openSqliteIndex} from '../../../../src/store/sqlite/open-sqlite-index.ts';

const root = mkdtempSync(join(tmpdir(), 'ctr-store-pool-'));
after(() => rmSync(root, {recursive: true}));

/** Where a repository keeps its index. */
function locationsOf(name: string): StoreLocations {
  const directory = join(root, name);
  const common = {url: 'embedded', timeoutMs: 1000, directory};
  return {
    indexLocation: {...common, name: 'index'},
    objectsLocation: {...common, bucket: '', region: ''},
  };
}

/** The index of a repository is another file afterwards. */
async function build(name: string): Promise<StoreLocations> {
  rmSync(join(root, name), {recursive: true, force: true});
  mkdirSync(join(root, name));
  await using store = openSqliteIndex({file: join(root, name, 'index.db')});
  await store.createCollections();
  return locationsOf(name);
}

/** How often each of these stores was closed. */
const closings = new Map<OpenStores['store'], number>();

async function storeOf({store}: OpenStores): Promise<OpenStores['store']> {
  if (closings.has(store)) return store;
  closings.set(store, 0);
  const close = store[Symbol.asyncDispose].bind(store);
  store[Symbol.asyncDispose] = async () => {
    closings.set(store, closings.get(store)! + 1);
    await close();
  };
  return store;
}

describe('StorePool', () => {
  test('a pair is shared by all who use it, and stays open until the pool is closed', async () => {
    const locations = await build('shared');
    const pool = new StorePool();
    const [first, second] = await Promise.all([pool.use(locations, storeOf), pool.use(locations, storeOf)]);
    assert.equal(first, second);
    assert.equal(await pool.use(locations, storeOf), first);
    assert.equal(closings.get(first), 0);
    await pool[Symbol.asyncDispose]();
    assert.equal(closings.get(first), 1);
  });

  test('an index that was built again is opened again; the old one closes when its last user has gone', async () => {
    const locations = await build('replaced');
    await using pool = new StorePool();
    const leave = Promise.withResolvers<void>();
    const old = Promise.withResolvers<OpenStores['store']>();
    const using = pool.use(locations, async (stores) => {
      old.resolve(await storeOf(stores));
      await leave.promise;
    });
    const store = await old.promise;
    await build('replaced');
    assert.notEqual(await pool.use(locations, storeOf), store);
    assert.equal(closings.get(store), 0, 'it is in use');
    leave.resolve();
    await using;
    await pool[Symbol.asyncDispose]();
    assert.equal(closings.get(store), 1);
  });

  test('of more than the limit, those that were used last stay open', async () => {
    const [a, b, c] = [await build('a'), await build('b'), await build('c')];
    await using pool = new StorePool(2);
    const stores = [await pool.use(a, storeOf), await pool.use(b, storeOf)];
    await pool.use(a, storeOf);
    await pool.use(c, storeOf);
    assert.equal(await pool.use(a, storeOf), stores[0]);
    assert.notEqual(await pool.use(b, storeOf), stores[1]);
  });

  test('a large index weighs more than a small one, and is opened again when it has grown', async () => {
    const [a, b, c] = [await build('small'), await build('large'), await build('other')];
    const grow = (megabytes: number) =>
      truncateSync(join(b.indexLocation.directory!, 'index.db'), megabytes * 1024 * 1024);
    await using pool = new StorePool(4);
    const small = await pool.use(a, storeOf);
    const light = await pool.use(b, storeOf);
    grow(3);
    const large = await pool.use(b, storeOf);
    assert.notEqual(large, light);
    assert.equal(await pool.use(a, storeOf), small, '1 and 3 fit');
    await pool.use(c, storeOf);
    assert.equal(await pool.use(a, storeOf), small);
    assert.notEqual(await pool.use(b, storeOf), large, '1, 1 and 3 do not');
  });

  test('a pair beyond the limit closes, and not before its last user has gone', async () => {
    const [a, b] = [await build('a'), await build('b')];
    await using pool = new StorePool(1);
    const store = await pool.use(a, async (stores) => {
      await pool.use(b, storeOf);
      assert.equal(closings.get(await storeOf(stores)), 0);
      return stores.store;
    });
    await pool[Symbol.asyncDispose]();
    assert.equal(closings.get(store), 1);
  });

  test('a pair that cannot be opened fails all who wait, and is tried again', async () => {
    const good = await build('late');
    const bad = {...good, indexLocation: {...good.indexLocation, directory: undefined}};
    await using pool = new StorePool();
    const failures = await Promise.allSettled([pool.use(bad, storeOf), pool.use(bad, storeOf)]);
    assert.deepEqual(
      failures.map(({status}) => status),
      ['rejected', 'rejected'],
    );
    await assert.rejects(pool.use(bad, storeOf), {code: 'CONFIG'});
  });
});
