import {join} from 'node:path';
import {openRepositoryWorkspace, syncSettings} from '../../src/app/workspace/open-workspace.ts';
import type {IndexStore} from '../../src/store/ports/index-store.ts';
import type {ObjectStore} from '../../src/store/ports/object-store.ts';
import {openSqliteIndex} from '../../src/store/sqlite/open-sqlite-index.ts';
import {sync} from '../../src/sync/sync.ts';
import type {PartsFile} from './parts-file.ts';
import {recordBatch} from './recording.ts';
import {optionsFor, silentContext, type World} from './world.ts';

/**
 * Imports the mirror in this process and discards the result: only Git and our own work remain. Returns the seconds. A
 * recording gets everything that the index would have got.
 *
 * Commits are stored in an SQLite file, because an import reads older ones. They are few and small compared with entries.
 */
export async function importWithoutStore(
  world: World,
  gitDir: string,
  recording?: PartsFile,
): Promise<number> {
  const workspace = await openRepositoryWorkspace(silentContext(world.env), optionsFor(gitDir));
  const directory = world.path('without-store');
  await using store = openSqliteIndex({file: join(directory, 'index.db')});
  const startedMs = performance.now();
  await sync({
    repository: workspace.repository,
    store: withoutEntries(store, recording),
    objects: NO_OBJECTS,
    settings: {...syncSettings(workspace), index: 'nothing'},
    failuresFile: join(directory, 'failures.json'),
    onEvent: () => undefined,
    now: () => new Date(),
  });
  return (performance.now() - startedMs) / 1000;
}

function withoutEntries(store: IndexStore, recording: PartsFile | undefined): IndexStore {
  return {
    ...store,
    async putEntries(entries) {
      if (recording) recordBatch(recording, {kind: 'entries', entries});
      return [];
    },
    async putCommits(commits) {
      if (recording) recordBatch(recording, {kind: 'commits', commits});
      await store.putCommits(commits);
    },
  };
}

const NO_OBJECTS: ObjectStore = {
  backend: 'files',
  writeConcurrency: 1,
  async createPlace() {},
  async put(_key, _sizeBytes, source) {
    if (source instanceof Uint8Array) return;
    for await (const _chunk of source);
  },
  async get() {
    return undefined;
  },
  async stat() {
    return undefined;
  },
  async *list() {},
  async delete() {},
  async *listUnfinished() {},
  async deleteUnfinished() {},
  async [Symbol.asyncDispose]() {},
};
