import type {BuildSettings} from '../../domain/build-settings.ts';
import type {RepositoryRecord} from '../../domain/repository.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {RepositoryStore} from '../ports/repositories.ts';
import {isUnusable} from '../unusable-index.ts';
import type {Connections} from './connections.ts';
import type {Database} from './database.ts';
import {parseStored} from './stored-json.ts';

/** What of the set lies outside of the file of one generation. */
export interface SetFiles {
  readonly dropNext: () => void;
  readonly deleteAll: () => void;
}

export function makeRepositoryStore(
  {read, write, exists, close}: Connections,
  {dropNext, deleteAll}: SetFiles,
): RepositoryStore {
  return {
    listRepositories: async () => (exists() ? listRepositories(read()) : []),
    putRepository: (record) => write((db) => putRepository(db, record)),
    async dropRepository(repo) {
      try {
        if (exists()) await write((db) => dropRepository(db, repo));
        dropNext();
      } catch (error) {
        // What cannot be read holds nothing that anybody else could use.
        if (!isUnusable(error)) throw error;
        await close();
        deleteAll();
      }
    },
  };
}

function listRepositories(db: Database): RepositoryRecord[] {
  return db.all('SELECT * FROM repositories ORDER BY name').map((row) => ({
    id: row['id'] as string,
    name: row['name'] as string,
    head: (row['head'] as string | null) ?? undefined,
    objectFormat: row['object_format'] as 'sha1' | 'sha256',
    isShared: row['is_shared'] === 1,
    builtWith: parseStored<BuildSettings[]>(row['built_with']),
    boundary: (row['boundary'] as string | null) ?? undefined,
  }));
}

function putRepository(
  db: Database,
  {id, name, head, objectFormat, isShared, builtWith, boundary}: RepositoryRecord,
): void {
  db.transaction(() => {
    const other = listRepositories(db).find(
      (known) => known.id !== id && (known.name === name || !known.isShared || !isShared),
    );
    if (other) {
      throw new CtrError('CONFLICT', `this index belongs to the repository ${other.name} (${other.id})`, {
        hint: 'Set another ctr.index.name, or set ctr.index.shared to true on both and give each its own ctr.name.',
      });
    }
    db.run(
      'INSERT OR REPLACE INTO repositories VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      name,
      head ?? null,
      objectFormat,
      isShared ? 1 : 0,
      JSON.stringify(builtWith),
      boundary ?? null,
    );
  });
}

function dropRepository(db: Database, repo: string): void {
  db.transaction(() => {
    db.run('DELETE FROM refs WHERE repo = ?', repo);
    db.run('DELETE FROM leases WHERE repo = ?', repo);
    db.run('DELETE FROM commit_paths WHERE seq IN (SELECT seq FROM commits WHERE repo = ?)', repo);
    db.run('DELETE FROM commits WHERE repo = ?', repo);
    db.run('DELETE FROM contents WHERE seq IN (SELECT seq FROM entries WHERE repo = ?)', repo);
    db.run('DELETE FROM words WHERE rowid IN (SELECT seq FROM entries WHERE repo = ?)', repo);
    db.run('DELETE FROM entries WHERE repo = ?', repo);
    db.run('DELETE FROM repositories WHERE id = ?', repo);
  });
}
