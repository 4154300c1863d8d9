import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {openRepository} from '../../../../src/git/repository.ts';
import {openFileObjects} from '../../../../src/store/files/open-file-objects.ts';
import {openSqliteIndex} from '../../../../src/store/sqlite/open-sqlite-index.ts';
import {importHistory} from '../../../../src/sync/import/import-history.ts';
import {openSyncRun} from '../../../../src/sync/sync-run.ts';
import {GitRig} from '../../../support/git-rig.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-import-history-'));
after(() => rmSync(directory, {recursive: true}));

test('a known commit that gc has taken away meanwhile is no damage of the tips', async () => {
  using rig = new GitRig();
  const gone = rig.commit({message: 'forced away'});
  const tip = rig.commit({message: 'tip', tree: {'a.txt': 'alpha\n'}});
  rmSync(rig.looseObject(gone));
  await using store = openSqliteIndex({file: join(directory, 'index.db')});
  await store.createCollections();
  await using objects = await openFileObjects({directory: join(directory, 'objects')});
  using run = openSyncRun({
    repository: await openRepository(rig.gitDir),
    store,
    objects,
    settings: {
      repo: 'repo',
      name: 'repo',
      index: 'index',
      isShared: false,
      refs: [],
      publish: [],
      history: 'all',
      exclude: [],
      textMaxBytes: 1000,
      shards: 1,
      substrings: true,
    },
    failuresFile: join(directory, 'failures.json'),
    onEvent: () => undefined,
    now: () => new Date(),
  });
  const damaged = await importHistory(run, {tips: [tip], known: [gone], numberFirst: undefined});
  assert.deepEqual([...damaged], []);
  assert.deepEqual([...(await store.readCommits('repo', [tip])).keys()], [tip]);
});
