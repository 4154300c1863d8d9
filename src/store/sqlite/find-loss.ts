import type {CtrError} from '../../util/ctr-error.ts';
import {unusableIndex} from '../unusable-index.ts';
import type {Database} from './database.ts';

/** What must have rows where a branch shows a file. */
const NEEDED = ['entries', 'commits', 'repositories'];

/** A table that somebody has emptied, as INDEX_UNUSABLE; undefined where there is none. Some lookups. */
export function findLoss(db: Database, {repo, file}: {repo: string; file: string}): CtrError | undefined {
  const showsFiles = db.get(
    "SELECT 1 FROM refs WHERE repo = ? AND state = 'live' AND entry_count > 0 LIMIT 1",
    repo,
  );
  if (!showsFiles) return undefined;
  const empty = NEEDED.find((table) => !db.get(`SELECT 1 FROM ${table} LIMIT 1`));
  return empty === undefined ? undefined : unusableIndex(`${file} has lost everything of its table ${empty}`);
}
