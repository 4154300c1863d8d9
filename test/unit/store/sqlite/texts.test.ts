import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, describe, test} from 'node:test';
import {Bitmap} from '../../../../src/domain/bitmap.ts';
import {foldCase} from '../../../../src/domain/fold-case.ts';
import {partsOf, wordsOf} from '../../../../src/domain/words.ts';
import {putBatch} from '../../../../src/store/sqlite/batch.ts';
import {Database} from '../../../../src/store/sqlite/database.ts';
import {deleteEntryRows} from '../../../../src/store/sqlite/entry-rows.ts';
import {matchTrigrams} from '../../../../src/store/sqlite/texts/match-trigrams.ts';
import {matchWords} from '../../../../src/store/sqlite/texts/match-words.ts';
import {areUsesRight} from '../../../../src/store/sqlite/texts/recount-uses.ts';
import {TextAudit} from '../../../../src/store/sqlite/texts/text-audit.ts';
import {readContent} from '../../../../src/store/sqlite/texts/text-reader.ts';
import {nextSegment, putSegment, TAIL_MAX} from '../../../../src/store/sqlite/texts/trigrams/next-segment.ts';
import {purgeSegments} from '../../../../src/store/sqlite/texts/trigrams/replace-trigrams.ts';
import {makeEntry} from '../../../conformance/index-store/records.ts';
import {seededRandom} from '../../../support/random-history.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-texts-'));
after(() => rmSync(directory, {recursive: true}));

interface Opened extends Disposable {
  readonly db: Database;
  readonly file: string;
}

function openDatabase(): Opened {
  const file = join(directory, `${randomUUID()}.db`);
  const db = new Database(file, {isWriter: true});
  db.createSchema();
  return {db, file, [Symbol.dispose]: () => db[Symbol.dispose]()};
}

function put(db: Database, texts: ReadonlyMap<number, string>, isReplacing = false): void {
  const entries = [...texts].map(([seq, content]) => makeEntry(seq, `f/${seq}`, {content}));
  putBatch(db, {entries, isReplacing});
}

/** All runs have their trigrams in segments afterwards. */
function cover(db: Database): void {
  db.transaction(() => {
    for (let segment = nextSegment(db, 0); segment; segment = nextSegment(db, 0))
      assert.ok(putSegment(db, segment));
  });
}

function seqsOf(found: Bitmap): number[] {
  using set = found;
  return [...set];
}

/** A line of words of few kinds, so that every phrase of two or three occurs somewhere. */
function makeLines(count: number, random: () => number): string[] {
  const WORDS = ['get', 'user', 'name', 'getUser', 'Name', 'foo_bar', 'π', '東京', 'v2', 'é'];
  const pick = () => WORDS[Math.floor(random() * WORDS.length)]!;
  const makeLine = () =>
    Array.from({length: Math.floor(random() * 5)}, pick).join([' ', ', ', '.'][Math.floor(random() * 3)]);
  return Array.from({length: count}, makeLine);
}

/** Versions of some files, each some lines away from the one before. */
function makeVersions(seed: number): Map<number, string> {
  const random = seededRandom(seed);
  const texts = new Map<number, string>();
  for (let file = 0; file < 4; file++) {
    let lines = makeLines(20 + Math.floor(random() * 300), random);
    for (let version = 0; version < 5; version++) {
      texts.set(texts.size, lines.join('\n'));
      const at = Math.floor(random() * lines.length);
      lines = lines.toSpliced(at, Math.floor(random() * 4), ...makeLines(Math.floor(random() * 4), random));
    }
  }
  return texts;
}

function hasSequence(tokens: readonly string[], wanted: readonly string[], isPrefix: boolean): boolean {
  return tokens.some((_, at) =>
    wanted.every((word, i) =>
      isPrefix && i === wanted.length - 1 ? tokens[at + i]?.startsWith(word) : tokens[at + i] === word,
    ),
  );
}

void describe('texts in SQLite', () => {
  test('are read as they were put, whatever they hold', () => {
    using opened = openDatabase();
    const {db} = opened;
    const texts = new Map(
      [
        '',
        '\n',
        'x',
        'a\r\nb\r\n',
        '\u0000\u0001',
        '🚀'.repeat(5000),
        'long '.repeat(50_000),
        '漢'.repeat(9000),
      ].entries(),
    );
    put(db, texts);
    for (const [seq, text] of texts) assert.equal(readContent(db, seq), text);
    assert.equal(readContent(db, 99), undefined);
    assert.ok(areUsesRight(db));
  });

  test('versions are found by words in a row, also over the ends of runs', () => {
    for (const seed of [1, 2, 3]) {
      using opened = openDatabase();
      const {db} = opened;
      const texts = makeVersions(seed);
      put(db, texts);
      const random = seededRandom(seed + 100);
      for (let i = 0; i < 150; i++) {
        const words = wordsOf(texts.get(Math.floor(random() * texts.size))!);
        const from = Math.floor(random() * words.length);
        const phrase = words.slice(from, from + 1 + Math.floor(random() * 12));
        const isPrefix = random() < 0.3;
        if (random() < 0.3) phrase[phrase.length - 1] = 'na';
        const expected = [...texts].filter(([, text]) => hasSequence(wordsOf(text), phrase, isPrefix));
        const found = seqsOf(matchWords(db, {text: phrase.join(' '), isPrefix}));
        for (const [seq] of expected) assert.ok(found.includes(seq), `${phrase.join(' ')} in ${seq}`);
        const parts = [...texts].filter(([, text]) =>
          hasSequence(partsOf(text), partsOf(phrase.join(' ')), isPrefix),
        );
        const possible = new Set([...expected, ...parts].map(([seq]) => seq));
        if (phrase.length > 1) continue;
        assert.deepEqual(
          found,
          [...possible].sort((a, b) => a - b),
          phrase.join(' '),
        );
      }
    }
  });

  test('a phrase of whole words is found where it is and nowhere else, at any place and of any length', () => {
    using opened = openDatabase();
    const {db} = opened;
    const random = seededRandom(4);
    const texts = new Map(
      Array.from({length: 10}, (_, seq) => {
        const words = Array.from({length: 3000}, () => `w${'abcdefgh'[Math.floor(random() * 8)]!}`);
        return [seq, words.map((word, i) => word + (i % 7 === 0 ? '\n' : ' ')).join('')];
      }),
    );
    put(db, texts);
    for (let i = 0; i < 200; i++) {
      const length = 1 + Math.floor(random() * 9);
      const phrase = Array.from({length}, () => `w${'abcdefgh'[Math.floor(random() * 8)]!}`);
      const expected = [...texts].filter(([, text]) => hasSequence(wordsOf(text), phrase, false));
      assert.deepEqual(
        seqsOf(matchWords(db, {text: phrase.join(' '), isPrefix: false})),
        expected.map(([seq]) => seq),
        phrase.join(' '),
      );
    }
  });

  test('every part of a line is found by its trigrams, in lines of any length', () => {
    using opened = openDatabase();
    const {db} = opened;
    const random = seededRandom(5);
    const texts = makeVersions(5);
    const long = Array.from({length: 20_000}, () => Math.floor(random() * 1e6).toString(36));
    texts.set(texts.size, long.join(';')).set(texts.size, `ΣΊΣΥΦΟΣ ${long.join('')}\n🚀👨‍👩‍👧 launch`);
    put(db, texts);
    for (let i = 0; i < 400; i++) {
      // First some are in the tail, then none.
      if (i === 200) cover(db);
      const seq = Math.floor(random() * texts.size);
      const lines = texts.get(seq)!.split('\n');
      const line = lines[Math.floor(random() * lines.length)]!;
      const from = Math.floor(random() * line.length);
      const part = line.slice(from, from + 1 + Math.floor(random() * 20)).toUpperCase();
      const expected = [...texts].filter(([, text]) => foldCase(text).includes(foldCase(part)));
      const found = seqsOf(matchTrigrams(db, foldCase(part)));
      for (const [each] of expected) assert.ok(found.includes(each), `${JSON.stringify(part)} in ${each}`);
    }
    const last = texts.size - 1;
    assert.deepEqual(seqsOf(matchTrigrams(db, {all: ['launch', '🚀👨‍👩‍👧']})), [last]);
    assert.deepEqual(seqsOf(matchTrigrams(db, {any: [foldCase('σίσυφος'), 'nowhere']})), [last]);
    assert.deepEqual(seqsOf(matchTrigrams(db, 'nowhere at all')), []);
    assert.equal(seqsOf(matchTrigrams(db, 'anything')).length, texts.size);
    using scope = Bitmap.of([1, 2]);
    assert.deepEqual(seqsOf(matchTrigrams(db, {any: ['ab', 'abc']}, scope)), [1, 2]);
  });

  test('an audit proves words and trigrams of any text, and finds each change of them', () => {
    using opened = openDatabase();
    const {db} = opened;
    const texts = makeVersions(10);
    const difficult = [
      'Ein Café à la crème, ÜBERALL naïve Straßen cafe\u0301',
      'getUserName\nplain\nparseJSONString v1.4.2 sha256Hash\n\nHTTPServer URLs OAuth',
      '東京都に住んでいます。カタカナー ｶﾞｷﾞ Ｆｕｌｌ　Ｗｉｄｔｈ',
      'กับGitและ Docker를 JSONом ភាសាខ្មែរ မြန်မာ',
      'before\0behind\u0001the zero \ud83d\ude80 👨‍👩‍👧 \ue000private\u{10ffff}',
      'ΣΊΣΥΦΟΣ ſ K İ ǅ ﬁ ①² ½ \u1100\u1161\u11a8',
    ];
    for (const text of difficult)
      texts.set(texts.size, `${text}\n`.repeat(40)).set(texts.size, text.repeat(400));
    put(db, texts);
    cover(db);
    const auditAll = () => {
      const audit = new TextAudit(db, {withContent: true, isWhole: true});
      return [...texts.keys()].filter((seq) => audit.audit(seq, true).defect !== undefined);
    };
    assert.deepEqual(auditAll(), []);
    const changes = [
      'DELETE FROM words WHERE rowid = ?',
      "INSERT INTO words (rowid, text, parts) VALUES (?, 'other', '')",
      'UPDATE blocks SET hash = zeroblob(20) WHERE id = ?',
      'UPDATE blocks SET children = zeroblob(2) WHERE id = ?',
      'DELETE FROM pages WHERE first <= ?',
      'DELETE FROM trigram_pages WHERE id > ?',
      'UPDATE trigram_segments SET last_run = last_run + 1000 WHERE id < ?',
    ];
    for (const change of changes) {
      const run = Number(db.get('SELECT max(id) AS id FROM blocks WHERE children IS NULL')!['id']);
      assert.ok(db.run(change, run) > 0);
      db.transaction(() => undefined);
      assert.ok(auditAll().length > 0, change);
      put(db, texts, true);
      assert.deepEqual(auditAll(), [], `after ${change} all are put again`);
      assert.ok(areUsesRight(db));
    }
  });

  test('what is deleted is gone, and what is left is as if it had always been alone', () => {
    for (const seed of [6, 7]) {
      using opened = openDatabase();
      using twin = openDatabase();
      const {db} = opened;
      const texts = makeVersions(seed);
      for (const [seq, text] of texts) put(db, new Map([[seq, text]]));
      const random = seededRandom(seed);
      const gone = [...texts.keys()].filter(() => random() < 0.5);
      db.transaction(() => deleteEntryRows(db, gone));
      for (const seq of gone) texts.delete(seq);
      put(twin.db, texts);
      cover(twin.db);
      cover(db);
      db.transaction(() => purgeSegments(db));
      assert.ok(areUsesRight(db));
      assert.deepEqual(countRows(db), countRows(twin.db));
      for (const [seq, text] of texts) assert.equal(readContent(db, seq), text);
      db.transaction(() => deleteEntryRows(db, [...texts.keys()]));
      db.transaction(() => purgeSegments(db));
      assert.deepEqual(new Set(Object.values(countRows(db))), new Set([0]));
      assert.equal(db.get('SELECT count(*) AS n FROM pages')!['n'], 0);
    }
  });

  test('one more version of a large text costs what has changed', () => {
    using opened = openDatabase();
    const {db, file} = opened;
    const lines = Array.from(
      {length: 20_000},
      (_, i) => `line ${i} with some words, and a number: ${i * 7919}`,
    );
    const random = seededRandom(8);
    let seq = 0;
    const putVersion = () => put(db, new Map([[seq++, lines.join('\n')]]));
    putVersion();
    const blocks = () => Number(db.get('SELECT count(*) AS n FROM blocks')!['n']);
    let written = 0;
    for (let version = 0; version < 40; version++) {
      lines[Math.floor(random() * lines.length)] = `a new line ${version}`;
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const before = blocks();
      putVersion();
      assert.ok(blocks() - before <= 8, `${blocks() - before} blocks are new`);
      written += statSync(`${file}-wal`).size;
    }
    // Whole pages of 4 KB of each table and index, also where FTS5 merges its own.
    assert.ok(written < 40 * 250_000, `${written} bytes were written`);
    const pageBytes = 4096 * Number(db.get('PRAGMA page_count')!['page_count']);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    assert.ok(pageBytes < 8_000_000, `${pageBytes} bytes for 40 versions of a megabyte`);
    assert.equal(readContent(db, seq - 1), lines.join('\n'));
  });

  test('trigrams of the latest texts are made when they are asked for, those of all others are stored', () => {
    using opened = openDatabase();
    const {db} = opened;
    const numbers = (sql: string) => db.all(sql).map(({n}) => Number(n));
    const tail = () =>
      numbers(
        'SELECT count(*) AS n FROM blocks WHERE children IS NULL AND id > (SELECT coalesce(max(last_run), 0) FROM trigram_segments)',
      )[0]!;
    const random = seededRandom(11);
    const makeText = (seq: number) => `${makeLines(100, random).join('\n')}\nonly in ${seq} of them`;
    let longest = 0;
    for (let seq = 0; seq < 1500; seq++) {
      put(db, new Map([[seq, makeText(seq)]]));
      longest = Math.max(longest, tail());
      if (seq % 100 === 0) assert.ok(seqsOf(matchTrigrams(db, `only in ${seq} of`)).includes(seq));
    }
    assert.ok(longest > TAIL_MAX / 2 && longest <= TAIL_MAX, `${longest} runs in the tail`);
    const sizes = numbers('SELECT size AS n FROM trigram_segments');
    assert.ok(sizes.length < 16 && Math.max(...sizes) > 8 * TAIL_MAX, `segments of ${sizes.join()} runs`);
    for (const seq of [3, 777, 1499]) assert.ok(seqsOf(matchTrigrams(db, `only in ${seq} of`)).includes(seq));
    const audit = new TextAudit(db, {withContent: true, isWhole: true});
    for (let seq = 0; seq < 1500; seq++) assert.equal(audit.audit(seq, true).defect, undefined);
  });

  test('a segment that was made of what is there no more is not stored', () => {
    using opened = openDatabase();
    const {db} = opened;
    put(db, makeVersions(12));
    const [first, second] = [nextSegment(db, 0)!, nextSegment(db, 0)!];
    db.transaction(() => assert.ok(putSegment(db, first)));
    db.transaction(() => assert.ok(!putSegment(db, second), 'its runs have their trigrams'));
    put(db, new Map([[100, 'one line more\n']]));
    const third = nextSegment(db, 0)!;
    db.transaction(() => deleteEntryRows(db, [100]));
    db.transaction(() => assert.ok(!putSegment(db, third), 'its run is deleted'));
    assert.equal(nextSegment(db, 0), undefined);
  });

  test('a page that cannot be read keeps its runs in the tail, and a search for them fails', () => {
    using opened = openDatabase();
    const {db} = opened;
    put(db, new Map([[1, 'the first text\n']]));
    put(db, new Map([[2, 'the second text\n']]));
    db.run('UPDATE pages SET zstd = zeroblob(9) WHERE first = (SELECT max(first) FROM pages)');
    db.transaction(() => undefined);
    cover(db);
    assert.deepEqual(seqsOf(matchTrigrams(db, 'first text')), [1, 2]);
    assert.equal(readContent(db, 1), 'the first text\n');
    assert.throws(() => readContent(db, 2), {code: 'INDEX_CORRUPT'});
  });

  test('texts that are equal are stored once', () => {
    using opened = openDatabase();
    const text = makeLines(200, seededRandom(9)).join('\n');
    put(opened.db, new Map([[0, text]]));
    const before = countRows(opened.db);
    put(opened.db, new Map([[1, text]]));
    assert.deepEqual(countRows(opened.db), {...before, texts: 2, uses: before['uses']! + 1});
  });
});

function countRows(db: Database): Record<string, number> {
  const count = (sql: string) => Number(db.get(sql)!['n']);
  return {
    texts: count('SELECT count(*) AS n FROM texts'),
    blocks: count('SELECT count(*) AS n FROM blocks'),
    uses: count('SELECT coalesce(sum(uses), 0) AS n FROM blocks'),
    words: count('SELECT count(*) AS n FROM words_docsize'),
    runsWithTrigrams: count('SELECT coalesce(sum(size), 0) AS n FROM trigram_segments'),
  };
}
