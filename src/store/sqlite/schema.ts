/** Raised with every change of the tables (a test holds it) and of what is a word. Kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 8;

/**
 * - `texts` says which block the text of an entry is. A block is a run of lines, or (`children`) a list of blocks; it
 *   is there once for all texts that have it, and goes with its last use. `hash` follows from all that is in it. The ids
 *   of blocks are given once.
 * - `pages` holds the texts of runs, compressed, many in a page; a page lies under the id of its first run.
 * - `words` is contentless: its rows are runs. Its first column holds the folded text of the run and of the next words,
 *   its second those lines again that have words with parts (getUserName as "get user name"). The text is folded
 *   before it comes here (domain/words.ts), so the tokenizer folds nothing by itself.
 * - `trigram_segments` and `trigram_pages`: which runs have three characters in a row (texts/trigrams). Of the latest
 *   runs, up to some hundreds, they say nothing yet.
 * - `names` has the words of an entry's path, file name, title and headings, each text as in both columns of `words`, and
 *   a digest of the headings, which can be made of the content again.
 * - Texts lie apart from `entries` so that a walk over names does not page through them.
 * - `commit_paths` is ordered by path: a directory's history is one range of it.
 */
export const SCHEMA = `
CREATE TABLE repositories (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, head TEXT, object_format TEXT NOT NULL, is_shared INTEGER NOT NULL,
  built_with TEXT NOT NULL, boundary TEXT
) STRICT;
CREATE TABLE leases (
  repo TEXT PRIMARY KEY, version INTEGER NOT NULL, holder TEXT NOT NULL, dropped_commits BLOB NOT NULL,
  dropped_entries BLOB NOT NULL, condemned_commits BLOB NOT NULL, condemned_entries BLOB NOT NULL
) STRICT;
CREATE TABLE counters (series TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, repo TEXT NOT NULL, path TEXT NOT NULL, ext TEXT NOT NULL,
  mode TEXT NOT NULL, oid TEXT NOT NULL, size_bytes INTEGER NOT NULL, kind TEXT NOT NULL, mime TEXT NOT NULL,
  language TEXT, encoding TEXT, title TEXT, object_key TEXT, not_indexed TEXT, introduced_by TEXT NOT NULL,
  front_matter TEXT
) STRICT;
CREATE INDEX entries_by_path ON entries (path);
CREATE INDEX entries_by_oid ON entries (oid);
CREATE TABLE texts (
  seq INTEGER PRIMARY KEY, block INTEGER, size_bytes INTEGER NOT NULL, is_cut INTEGER NOT NULL
) STRICT;
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, uses INTEGER NOT NULL, children BLOB
) STRICT;
CREATE TABLE pages (first INTEGER PRIMARY KEY, zstd BLOB NOT NULL) STRICT;
CREATE TABLE trigram_segments (
  id INTEGER PRIMARY KEY, size INTEGER NOT NULL, last_run INTEGER NOT NULL, runs BLOB NOT NULL
) STRICT;
CREATE TABLE trigram_pages (id INTEGER PRIMARY KEY, postings BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (
  text, parts, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
CREATE VIRTUAL TABLE names USING fts5 (
  path, name, title, headings, headings_digest UNINDEXED, content='', contentless_delete=1, contentless_unindexed=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
CREATE TABLE commits (
  seq INTEGER PRIMARY KEY, repo TEXT NOT NULL, oid TEXT NOT NULL, sort_order INTEGER NOT NULL, head TEXT NOT NULL,
  paths TEXT NOT NULL, snapshot_base TEXT, snapshot_added BLOB, snapshot_removed BLOB, snapshot_spent INTEGER,
  history BLOB NOT NULL, UNIQUE (oid, repo)
) STRICT;
CREATE INDEX commits_by_order ON commits (sort_order, seq);
CREATE TABLE commit_paths (path TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (path, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE refs (
  repo TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  target TEXT NOT NULL, commit_oid TEXT, reason TEXT, entry_count INTEGER NOT NULL, indexed_at TEXT NOT NULL,
  snapshot BLOB NOT NULL, history BLOB NOT NULL, PRIMARY KEY (repo, name)
) STRICT, WITHOUT ROWID;
`;

/**
 * FTS5 merges 16 segments of its own at a time instead of 4: an import spends a quarter less on words, and a search
 * some microseconds more.
 */
export const TUNING = `
INSERT INTO words (words, rank) VALUES ('automerge', 16);
INSERT INTO names (names, rank) VALUES ('automerge', 16);
`;
