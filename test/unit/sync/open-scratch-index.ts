import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {IndexSet} from '../../../src/store/ports/generations.ts';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';

/** An embedded index with its collections, gone when it is disposed of. */
export async function openScratchIndex(): Promise<{readonly store: IndexSet} & AsyncDisposable> {
  const directory = mkdtempSync(join(tmpdir(), 'ctr-sync-'));
  const store = openSqliteIndex({file: join(directory, 'index.db')});
  await store.createCollections();
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(directory, {recursive: true});
    },
  };
}
