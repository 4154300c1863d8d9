import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after} from 'node:test';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';
import {testIndexStore} from './index-store-suite.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-sqlite-'));
after(() => rmSync(directory, {recursive: true}));

testIndexStore('SQLite', async (set) => {
  const store = openSqliteIndex({file: join(directory, `${set}.db`)});
  return {store, dispose: async () => store[Symbol.asyncDispose]()};
});
