import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {Bitmap, serializeBitmap} from '../../../src/domain/bitmap.ts';
import {Database} from '../../../src/store/sqlite/database.ts';
import {matchNames, scoreNames} from '../../../src/store/sqlite/name-rows.ts';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';
import {NAMED_ENTRIES, NAMES_TABLE, wordsClauseOf} from './names-table.ts';
import {REPO} from './records.ts';

void describe('SQLite: names', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ctr-sqlite-names-'));
  const file = join(directory, 'index.db');
  const store = openSqliteIndex({file});
  before(async () => {
    await store.createCollections();
    await store.putEntries(NAMED_ENTRIES);
  });
  after(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(directory, {recursive: true});
  });

  const find = (query: string, seqs: Iterable<number> = NAMED_ENTRIES.map(({seq}) => seq)) => {
    using db = new Database(file, {isWriter: false});
    const clause = wordsClauseOf(query);
    using matches = matchNames(db, clause);
    using wanted = Bitmap.of(seqs);
    matches.retainAll(wanted);
    const scores = scoreNames(db, [clause], wanted);
    assert.deepEqual([...scores.keys()].sort(), [...matches]);
    return [...scores].sort(([, a], [, b]) => b - a).map(([seq]) => seq);
  };
  for (const [query, seqs] of NAMES_TABLE) test(query, () => assert.deepEqual(find(query), seqs));

  test('of a scope only', () => assert.deepEqual(find('retry', [0, 2]), [2]));

  test('names go with their entry', async () => {
    await store.putEntries([{...NAMED_ENTRIES[0]!, seq: 9, id: 'other', path: 'gone.md'}]);
    assert.deepEqual(find('gone', [9]), [9]);
    await store.deleteEntries(REPO, serializeBitmap([9]));
    using db = new Database(file, {isWriter: false});
    assert.equal(db.get('SELECT count(*) AS n FROM names_docsize WHERE id = 9')!['n'], 0);
  });
});
