import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {after, test} from 'node:test';
import {promisify} from 'node:util';
import type {Worker} from 'node:worker_threads';
import {serializeBitmap} from '../../../src/domain/bitmap.ts';
import type {CommitRecord} from '../../../src/domain/commit.ts';
import type {Entry} from '../../../src/domain/entry.ts';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import {Database} from '../../../src/store/sqlite/database.ts';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';
import {matchTrigrams} from '../../../src/store/sqlite/texts/match-trigrams.ts';
import {TAIL_LONG, TAIL_MAX} from '../../../src/store/sqlite/texts/trigrams/next-segment.ts';
import {readWhole, rejectsWith} from './open-store.ts';
import {flatten, makeCommit, makeEntry, makeRef, numbersBelow, plain, REPO} from './records.ts';

/** So many documents are a large batch, whatever they hold. */
const LARGE = 2000;
/** So many heavy ones, too: the thread takes them in several pieces. */
const HEAVY = 40;
/** So many texts of 1,000 lines, too. */
const MANY = 100;
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'ctr-sqlite-thread-'));
after(() => rmSync(directory, {recursive: true}));

/** Every thread that was started in this process, in the order of their start. */
const threads: Worker[] = [];
process.on('worker', (worker) => threads.push(worker));

test('a small batch starts no thread, the first large one starts the only one', async () => {
  await using store = await openStore();
  const before = threads.length;
  await store.putEntries([makeEntry(0, 'small', {content: 'x'})]);
  await store.putCommits([makeCommit(0)]);
  assert.equal(threads.length, before);
  await store.putEntries(entriesFrom(1));
  await store.replaceEntries(entriesFrom(1));
  await store.putCommits(commitsFrom(1));
  await store.replaceCommits(commitsFrom(1));
  assert.equal(threads.length, before + 1);
});

test('of large texts a second thread makes the trigrams, and at the end few runs are without', async () => {
  const file = newFile();
  const before = threads.length;
  {
    await using store = await openStore(file);
    for (let first = 0; first < 3 * MANY; first += MANY) await store.putEntries(linesFrom(first));
    assert.equal(threads.length, before + 2);
  }
  using db = new Database(file, {isWriter: false});
  const runs = Number(db.get('SELECT count(*) AS n FROM blocks WHERE children IS NULL')!['n']);
  const covered = Number(db.get('SELECT sum(size) AS n FROM trigram_segments')!['n']);
  assert.ok(runs > 2 * TAIL_LONG && runs - covered <= TAIL_MAX, `${covered} of ${runs} runs`);
  assert.ok(Number(db.get('SELECT count(*) AS n FROM trigram_segments')!['n']) <= 4);
  for (const seq of [0, MANY + 1, 3 * MANY - 1]) {
    using found = matchTrigrams(db, `only in ${seq};`);
    assert.ok(found.has(seq));
  }
});

test('a large batch is read back equal, at once and by every store', async () => {
  const file = newFile();
  await using store = await openStore(file);
  await using another = openSqliteIndex({file});
  assert.deepEqual(await another.listRefs(REPO), []);
  const [entries, commits] = [entriesFrom(0), commitsFrom(0)];
  for (const put of ['putEntries', 'replaceEntries'] as const) {
    assert.deepEqual(await store[put](entries), []);
    for (const each of [store, another]) await assertStored(each, {entries});
  }
  for (const put of ['putCommits', 'replaceCommits'] as const) {
    await store[put](commits);
    for (const each of [store, another]) await assertStored(each, {commits});
  }
});

test('what is written while batches are under way waits for them, but numbers do not', async () => {
  await using store = await openStore();
  // Whoever puts entries has reserved their numbers.
  await store.reserveSeqs('entries', 2 * HEAVY);
  const order: string[] = [];
  const note = async (name: string, writing: Promise<unknown>) => {
    await writing;
    order.push(name);
  };
  await Promise.all([
    note('first', store.putEntries(heavyFrom(0))),
    note('second', store.putEntries(heavyFrom(HEAVY))),
    note('number', store.reserveSeqs('entries', 7)),
    note('ref', store.putRefs([{record: makeRef('refs/heads/main'), expected: undefined}])),
    note('removal', store.deleteEntries(REPO, serializeBitmap([HEAVY]))),
  ]);
  assert.deepEqual(order, ['first', 'number', 'second', 'ref', 'removal']);
  assert.equal(await store.reserveSeqs('entries', 0), 2 * HEAVY + 7);
  assert.equal((await store.count(REPO)).entries, 2 * HEAVY - 1);
});

test('a conflict of numbers in a large batch: nothing of it is stored, others are', async () => {
  await using store = await openStore();
  const [stored, ...entries] = heavyFrom(0);
  const [known, ...commits] = commitsFrom(0);
  await store.putEntries([stored!]);
  await store.putCommits([known!]);
  const outcomes = [
    rejectsWith('CONFLICT', store.putEntries([...entries, {...stored!, seq: LARGE}])),
    rejectsWith('CONFLICT', store.putEntries([{...stored!, seq: LARGE}, ...entries])),
    rejectsWith('CONFLICT', store.putCommits([...commits, {...known!, seq: LARGE}])),
    store.putEntries(entriesFrom(LARGE)),
  ] as const;
  const [{message, hint, data}] = await Promise.all(outcomes);
  assert.equal(message, 'another sync wrote the same entries at the same time');
  assert.equal(hint, 'Run `ctr sync` again.');
  assert.deepEqual(data, {path: stored!.path});
  const {entries: entryCount, commits: commitCount} = await store.count(REPO);
  assert.deepEqual([entryCount, commitCount], [1 + LARGE, 1]);
});

test('a file that was replaced under a store: who writes looks again, and is told what is there now', async () => {
  const file = newFile();
  await using store = await openStore(file);
  const generation = file.replace('.db', '-1.db');
  rmSync(generation);
  mkdirSync(generation);
  await rejectsWith('CONFLICT', store.putEntries(entriesFrom(0)));
  const {message, hint} = await rejectsWith('INDEX_UNUSABLE', store.putEntries(entriesFrom(0)));
  assert.equal(message, `${generation} is a directory, and no index`);
  assert.match(hint ?? '', /ctr reindex/);
  rmSync(generation, {recursive: true});
});

test('a store that is disposed of while batches are under way stores them first, and leaves an empty log', async () => {
  const file = newFile();
  const store = await openStore(file);
  const puts = [store.putEntries(entriesFrom(0)), store.putEntries(entriesFrom(LARGE))];
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await Promise.all(puts), [[], []]);
  const generation = file.replace('.db', '-1.db');
  const left = readdirSync(directory).filter((name) => name.startsWith(basename(file, '.db')));
  const names = [file, generation, `${generation}-shm`, `${generation}-wal`].map((path) => basename(path));
  assert.deepEqual(left.sort(), names.sort());
  assert.equal(statSync(`${generation}-wal`).size, 0);
  await using again = openSqliteIndex({file});
  await assertStored(again, {entries: entriesFrom(0)});
  assert.equal((await again.count(REPO)).entries, 2 * LARGE);
});

test('of a thread that dies, what was under way fails, and another takes its place', async () => {
  await using store = await openStore();
  const started = once(process, 'worker') as Promise<[Worker]>;
  const puts = [store.putEntries(heavyFrom(0)), store.putEntries(heavyFrom(HEAVY))];
  const failures = puts.map((put) => rejectsWith('BACKEND_UNAVAILABLE', put));
  const [thread] = await started;
  await thread.terminate();
  for (const {message} of await Promise.all(failures))
    assert.match(message, /a thread that works on .* has died/);
  await store.putEntries(entriesFrom(0));
  await assertStored(store, {entries: entriesFrom(0)});
});

test('of a generation that was replaced while a thread wrote to it no file is left', async () => {
  const file = newFile();
  await using store = await openStore(file);
  await using writer = openSqliteIndex({file});
  const late = writer.putEntries(entriesFrom(0));
  await (await store.openNext())[Symbol.asyncDispose]();
  await store.promoteNext();
  assert.deepEqual(await late, []);
  await rejectsWith('CONFLICT', writer.putEntries(entriesFrom(LARGE)));
  assert.equal(await store.dropSuperseded(10_000), true);
  assert.equal((await store.count(REPO)).entries, 0);
  await writer.putEntries(entriesFrom(LARGE));
  assert.equal((await store.count(REPO)).entries, LARGE);
  assert.equal(existsSync(file.replace('.db', '-1.db')), false);
});

test('a process ends by itself behind a thread that is idle; points of a kill are numbered in its own thread alone', async () => {
  const points = join(directory, `${randomUUID()}.points`);
  const modules = new URL('../../../src/', import.meta.url).href;
  const script = `
    const {openSqliteIndex} = await import('${modules}store/sqlite/open-sqlite-index.ts');
    const {makeEntry} = await import('${new URL('records.ts', import.meta.url).href}');
    const store = openSqliteIndex({file: ${JSON.stringify(newFile())}});
    await store.createCollections();
    for (const from of [0, ${LARGE}])
      await store.putEntries(Array.from({length: ${LARGE}}, (_, i) => makeEntry(from + i, 'f' + i, {content: 'x'})));
    console.log((await store.count('${REPO}')).entries);`;
  const {stdout} = await run(process.execPath, ['--input-type=module', '--eval', script], {
    env: {...process.env, CTR_TEST_POINTS: points},
    timeout: 60_000,
  });
  assert.equal(stdout, `${2 * LARGE}\n`);
  assert.deepEqual(readFileSync(points, 'utf8').trimEnd().split('\n'), [
    'sqlite transaction',
    'link generation',
    'sqlite transaction',
    'sqlite transaction',
  ]);
});

function newFile(): string {
  return join(directory, `${randomUUID()}.db`);
}

async function openStore(file = newFile()): Promise<IndexSet> {
  const store = openSqliteIndex({file});
  await store.createCollections();
  return store;
}

/** A large batch whose first entry has this number. */
function entriesFrom(first: number): Entry[] {
  return numbersBelow(LARGE).map((i) =>
    makeEntry(first + i, `d${i % 7}/é ${first + i}`, {content: `text ${i} \u0000 🚀`, title: 'getUserName'}),
  );
}

/** The same of few that hold 100 KB each. */
function heavyFrom(first: number): Entry[] {
  return numbersBelow(HEAVY).map((i) =>
    makeEntry(first + i, `heavy/${first + i}`, {content: `word${i} `.repeat(15_000)}),
  );
}

/** Texts of many lines that no other has. */
function linesFrom(first: number): Entry[] {
  const lines = (seq: number) => numbersBelow(1000).map((i) => `line ${i} of ${seq}, ${i * seq * 7919}\n`);
  return numbersBelow(MANY).map((i) =>
    makeEntry(first + i, `lines/${first + i}`, {
      content: `only in ${first + i};\n${lines(first + i).join('')}`,
    }),
  );
}

function commitsFrom(first: number): CommitRecord[] {
  return numbersBelow(LARGE).map((i) =>
    makeCommit(first + i, {
      paths: [`a/${i}`, 'b'],
      history: serializeBitmap([i, first + i]),
      snapshot: {added: serializeBitmap([i]), removed: serializeBitmap([]), spentBytes: i},
    }),
  );
}

async function assertStored(
  store: IndexSet,
  {entries = [], commits = []}: {entries?: readonly Entry[]; commits?: readonly CommitRecord[]},
): Promise<void> {
  const snapshot = serializeBitmap(entries.map(({seq}) => seq));
  const audited = await flatten(store.auditEntries(REPO, {withContent: true, seqs: snapshot}));
  assert.deepEqual(
    audited.map(({record, defect}) => plain({...record, defect})),
    entries.map(plain),
  );
  const read = await readWhole(
    store,
    commits.map(({oid}) => oid),
  );
  assert.deepEqual([...read.values()].map(plain), commits.map(plain));
}
