import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {after, test} from 'node:test';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';
import {testIndexStore} from './index-store-suite.ts';
import {LEASE, makeCommit, makeEntry, makeRef, makeRepository, REPO} from './records.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-sqlite-'));
after(() => rmSync(directory, {recursive: true}));

testIndexStore('SQLite', async (set) => {
  const store = openSqliteIndex({file: join(directory, `${set}.db`)});
  return {store, dispose: async () => store[Symbol.asyncDispose]()};
});

test('SQLite: of a generation that was replaced no file is left, once nobody reads it', async () => {
  const file = join(directory, `${randomUUID()}.db`);
  await using store = openSqliteIndex({file});
  await store.createCollections();
  await using reader = openSqliteIndex({file});
  assert.deepEqual(await reader.listRefs('nobody'), []);
  await (await store.openNext())[Symbol.asyncDispose]();
  await store.promoteNext();
  assert.equal(await store.dropSuperseded(0), false);
  assert.deepEqual(generationsOf(file), [1, 2], 'a reader has the first one open');
  assert.deepEqual(await reader.listRefs('nobody'), []);
  assert.equal(await store.dropSuperseded(0), true);
  assert.deepEqual(generationsOf(file), [2]);
  assert.equal(readlinkSync(file), `${basename(file, '.db')}-2.db`);
});

test('SQLite: a lease that cannot be read has a version, and is replaced', async () => {
  const file = join(directory, `${randomUUID()}.db`);
  await using store = openSqliteIndex({file});
  await store.createCollections();
  const version = await store.putLease(REPO, LEASE, undefined);
  using other = new DatabaseSync(file);
  other.exec("UPDATE leases SET dropped_commits = x'00'");
  assert.deepEqual(await store.readLease(REPO), {lease: undefined, version});
  assert.ok(await store.putLease(REPO, LEASE, version));
  assert.ok((await store.readLease(REPO))?.lease);
});

test('SQLite: a copy whose links were followed is read, and built anew', async () => {
  const file = join(directory, `${randomUUID()}.db`);
  {
    await using store = openSqliteIndex({file});
    await store.createCollections();
    await store.reserveSeqs('entries', 5);
  }
  rmSync(file);
  renameSync(file.replace('.db', '-1.db'), file);
  await using store = openSqliteIndex({file});
  assert.equal(await store.hasCollections(), true);
  await (await store.openNext())[Symbol.asyncDispose]();
  await store.promoteNext();
  assert.equal(await store.reserveSeqs('entries', 1), 5);
});

test('SQLite: a file whose maker died in the middle is read, and made whole', async () => {
  const file = join(directory, `${randomUUID()}.db`);
  const first = file.replace('.db', '-1.db');
  using maker = new DatabaseSync(`${file}.maker`);
  // Too small for the transaction: what it changes is in the file, and how it was is in the journal.
  maker.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; CREATE TABLE t (x)');
  maker.exec(`BEGIN; ${'INSERT INTO t VALUES (zeroblob(100000));'.repeat(5)}`);
  copyFileSync(`${file}.maker`, first);
  copyFileSync(`${file}.maker-journal`, `${first}-journal`);
  symlinkSync(basename(first), file);
  await using store = openSqliteIndex({file});
  assert.equal(await store.hasCollections(), false);
  assert.equal(existsSync(`${first}-journal`), false);
  await store.createCollections();
  assert.equal(await store.hasCollections(), true);
});

test('SQLite: a file that is deleted and made again is read by who had the old one open', async () => {
  const file = join(directory, `${randomUUID()}.db`);
  await using server = openSqliteIndex({file});
  await server.createCollections();
  await server.putRepository(makeRepository());
  for (const end of ['', '-wal', '-shm']) rmSync(file.replace('.db', `-1.db${end}`), {force: true});
  assert.equal(await server.hasCollections(), false);
  await using sync = openSqliteIndex({file});
  await sync.createCollections();
  await sync.putRepository(makeRepository({name: 'again'}));
  assert.deepEqual(
    (await server.listRepositories()).map(({name}) => name),
    ['again'],
  );
});

const LOSSES: Readonly<Record<string, string>> = {
  'the counters are lost': 'DELETE FROM counters',
  'the counters are turned back': 'UPDATE counters SET next = 1',
  'counters and entries are lost': 'DELETE FROM counters; DELETE FROM entries; DELETE FROM texts',
  'all but the refs is lost':
    'DELETE FROM counters; DELETE FROM entries; DELETE FROM texts; DELETE FROM commits',
  'all but the commits is lost':
    'DELETE FROM counters; DELETE FROM entries; DELETE FROM texts; DELETE FROM refs',
};

for (const [title, sql] of Object.entries(LOSSES)) {
  test(`SQLite: no number is given twice where ${title}`, async () => {
    const file = join(directory, `${randomUUID()}.db`);
    {
      await using store = openSqliteIndex({file});
      await store.createCollections();
      const first = await store.reserveSeqs('entries', 5);
      const seq = await store.reserveSeqs('commits', 3);
      const snapshot = serializeBitmap([first + 4]);
      const history = serializeBitmap([seq + 2]);
      await store.putEntries([makeEntry(first + 4, 'a.txt', {content: 'alpha'})]);
      const added = {base: undefined, added: snapshot, removed: serializeBitmap([]), spentBytes: 0};
      await store.putCommits([makeCommit(seq + 2, {history, snapshot: added})]);
      const record = makeRef('refs/heads/main', {entryCount: 1, snapshot, history});
      await store.putRefs([{record, expected: undefined}]);
    }
    using db = new DatabaseSync(file);
    db.exec(sql);
    await using store = openSqliteIndex({file});
    assert.ok((await store.reserveSeqs('entries', 1)) >= 5);
    assert.ok((await store.reserveSeqs('commits', 1)) >= 3);
  });
}

function generationsOf(file: string): number[] {
  const names = readdirSync(directory).map(
    (name) => new RegExp(`^${basename(file, '.db')}-(\\d+)\\.`).exec(name)?.[1],
  );
  return [...new Set(names.filter((number) => number !== undefined).map(Number))].sort();
}
