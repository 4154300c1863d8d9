import type {BuildSettings} from '../../domain/build-settings.ts';
import type {RepositoryRecord} from '../../domain/repository.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Database} from './database.ts';
import {parseStored} from './stored-json.ts';

export function listRepositories(db: Database): RepositoryRecord[] {
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

export function putRepository(
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

export function dropRepository(db: Database, repo: string): void {
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
