import type {BuildSettings} from '../../domain/build-settings.ts';
import {findOccupant, type RepositoryRecord} from '../../domain/repository.ts';
import {isUnusable, occupiedIndex} from '../index-errors.ts';
import type {RepositoryStore} from '../ports/repositories.ts';
import type {Connections} from './connections.ts';
import {noteDeletion} from './counters.ts';
import type {Database} from './database.ts';
import {deleteEntryRows} from './entry-rows.ts';
import {parseStored} from './stored-json.ts';

/** The files of the set outside of the file of one generation. */
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
    putRepository: async (record) => write((db) => putRepository(db, record)),
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

function putRepository(db: Database, record: RepositoryRecord): void {
  const {id, name, head, objectFormat, isShared, builtWith, boundary} = record;
  db.transaction(() => {
    const occupant = findOccupant(listRepositories(db), record);
    if (occupant) throw occupiedIndex(occupant);
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
    noteDeletion(db);
    db.run('DELETE FROM refs WHERE repo = ?', repo);
    db.run('DELETE FROM leases WHERE repo = ?', repo);
    db.run('DELETE FROM commit_paths WHERE seq IN (SELECT seq FROM commits WHERE repo = ?)', repo);
    db.run('DELETE FROM commits WHERE repo = ?', repo);
    const seqs = db.all('SELECT seq FROM entries WHERE repo = ?', repo).map(({seq}) => Number(seq));
    deleteEntryRows(db, seqs);
    db.run('DELETE FROM repositories WHERE id = ?', repo);
  });
}
