import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {type LiveRefsWanted, scanLiveRefs} from '../../../src/store/scan-live-refs.ts';
import {openSqliteIndex} from '../../../src/store/sqlite/open-sqlite-index.ts';
import {makeRef, REPO} from '../../conformance/index-store/records.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-live-refs-'));
after(() => rmSync(directory, {recursive: true}));

test('live refs come with HEAD first, then by kind and name, however many are read at once', async () => {
  await using store = openSqliteIndex({file: join(directory, 'index.db')});
  await store.createCollections();
  const live = ['refs/heads/a', 'refs/heads/main', 'refs/changes/1', 'refs/tags/v1'].map((name) =>
    makeRef(name),
  );
  const gone = makeRef('refs/heads/gone', {state: 'deleted', commit: undefined});
  await store.putRefs([...live, gone].map((record) => ({record, expected: undefined})));
  await store.refresh();
  const namesOf = async (wanted: Partial<LiveRefsWanted>) => {
    const refs = await Array.fromAsync(scanLiveRefs(store, {repo: REPO, head: undefined, ...wanted}));
    return refs.map(({name}) => name);
  };
  const byKind = ['refs/heads/a', 'refs/heads/main', 'refs/tags/v1', 'refs/changes/1'];
  const headFirst = ['refs/heads/main', 'refs/heads/a', 'refs/tags/v1', 'refs/changes/1'];
  const head = 'refs/heads/main';
  assert.deepEqual(await namesOf({}), byKind);
  assert.deepEqual(await namesOf({head}), headFirst);
  assert.deepEqual(await namesOf({head, refsPerRead: 1}), headFirst);
  assert.deepEqual(await namesOf({head, limit: 2}), headFirst.slice(0, 2));
  assert.deepEqual(await namesOf({head: 'refs/heads/gone'}), byKind);
});
