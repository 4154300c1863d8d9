import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {buffer} from 'node:stream/consumers';
import {documentId} from '../../src/domain/document-id.ts';
import {openObjects} from '../../src/store/open-stores.ts';
import {changeRun} from './change-run.ts';
import type {CtrRig} from './ctr-rig.ts';

export type VaultSeries = 'files' | 'commits' | 'refs';

/** A document as the engine has it: a `_source`, or a row. */
export interface VaultDocument {
  /** As `ctr verify` names it where nothing better does. */
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The stores of a repository, opened through the engines' own APIs, without ctr. */
export interface Vault {
  readonly engine: 'sqlite' | 'opensearch';
  list(series: VaultSeries): Promise<VaultDocument[]>;
  remove(series: VaultSeries, key: string): Promise<void>;
  /** Overwrites some fields; undefined takes one out (SQLite: NULL). */
  change(series: VaultSeries, key: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** The same document once more, under another key, which is returned. */
  duplicate(series: VaultSeries, key: string): Promise<string>;
  /** The next number of a series is said to be another. */
  turnCounter(series: 'entries' | 'commits', next: number): Promise<void>;
  /** Makes the lease unreadable. */
  spoilLease(): Promise<void>;
  /** Changes the record of the repository. */
  changeRepository(fields: {readonly head: string}): Promise<void>;
  /** OpenSearch: the alias of the default branch leads elsewhere. */
  turnAlias(): Promise<string>;
  listObjects(): Promise<{key: string; bytes: Buffer}[]>;
  putObject(key: string, bytes: Buffer): Promise<void>;
  removeObject(key: string): Promise<void>;
}

export function openVault(rig: CtrRig): Vault {
  const url = rig.setting('ctr.index.url');
  const index = url === undefined ? sqliteVault(rig) : opensearchVault(url, rig.setting('ctr.index.name')!);
  return {...index, ...(rig.setting('ctr.objects.url') === undefined ? fileObjects(rig) : s3Objects(rig))};
}

type IndexVault = Omit<Vault, keyof ObjectVault>;
type ObjectVault = Pick<Vault, 'listObjects' | 'putObject' | 'removeObject'>;

/** `own_run`: the run that is the whole text of this entry, and of no other. */
const FILES_WITH_RUNS = `SELECT entries.*, blocks.id AS own_run FROM entries LEFT JOIN texts USING (seq)
  LEFT JOIN blocks ON blocks.id = texts.block AND uses = 1 AND children IS NULL`;

const TABLES = {files: 'entries', commits: 'commits', refs: 'refs'} as const;

function sqliteVault(rig: CtrRig): IndexVault {
  const withDb = <T>(work: (db: DatabaseSync) => T): T => {
    using db = new DatabaseSync(join(rig.gitDir, 'ctr', 'index.db'), {timeout: 10_000});
    return work(db);
  };
  const rowid = (series: VaultSeries) => (series === 'refs' ? 'name' : 'seq');
  return {
    engine: 'sqlite',
    list: async (series) =>
      withDb((db) =>
        db
          .prepare(series === 'files' ? FILES_WITH_RUNS : `SELECT * FROM ${TABLES[series]}`)
          .all()
          .map((fields) => ({key: String(fields[rowid(series)]), fields})),
      ),
    remove: async (series, key) =>
      withDb((db) => void db.prepare(`DELETE FROM ${TABLES[series]} WHERE ${rowid(series)} = ?`).run(key)),
    change: async (series, key, fields) =>
      withDb((db) => {
        for (const [name, value] of Object.entries(fields)) {
          if (name.startsWith('run.')) {
            changeRun(db, Number(key), {what: name, value: value as string | null});
            continue;
          }
          const [table, column] = name.includes('.') ? name.split('.') : [TABLES[series], name];
          const id = table === 'names' ? 'rowid' : rowid(series);
          // Words of names, unlike other rows, can be made and deleted but not changed.
          if (name === 'names.rowid') db.prepare('INSERT INTO names (rowid) VALUES (?)').run(value as number);
          const sql =
            column === '*' || name === 'names.rowid'
              ? `DELETE FROM ${table} WHERE ${id} = ?`
              : `UPDATE ${table} SET ${column} = ? WHERE ${id} = ?`;
          const {changes} = db
            .prepare(sql)
            .run(...(sql.startsWith('DELETE') ? [key] : [(value ?? null) as string, key]));
          assert.ok(Number(changes) > 0, `${sql} with ${key}`);
        }
      }),
    duplicate: async (series, key) =>
      withDb((db) => {
        const row = db.prepare(`SELECT * FROM ${TABLES[series]} WHERE seq = ?`).get(key)!;
        const seq = Number(db.prepare(`SELECT max(seq) AS n FROM ${TABLES[series]}`).get()!['n']) + 1000;
        const twin =
          series === 'files'
            ? {...row, seq, id: `twin-${key}`}
            : {...row, seq, oid: String(row['oid']).replaceAll(/./g, 'e')};
        const names = Object.keys(twin);
        const sql = `INSERT INTO ${TABLES[series]} (${names.join()}) VALUES (${names.map(() => '?').join()})`;
        db.prepare(sql).run(...(Object.values(twin) as string[]));
        return String(seq);
      }),
    turnCounter: async (series, next) =>
      withDb((db) => void db.prepare('UPDATE counters SET next = ? WHERE series = ?').run(next, series)),
    spoilLease: async () =>
      withDb((db) => {
        const {changes} = db.prepare("UPDATE leases SET condemned_entries = x'010203'").run();
        assert.ok(Number(changes) > 0, 'a run has taken the lease');
      }),
    changeRepository: async ({head}) =>
      withDb((db) => void db.prepare('UPDATE repositories SET head = ?').run(head)),
    turnAlias: async () => assert.fail('SQLite has no aliases'),
  };
}

function opensearchVault(url: string, index: string): IndexVault {
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: {'content-type': 'application/json'},
      ...(body && {body: JSON.stringify(body)}),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    // biome-ignore lint/suspicious/noExplicitAny: the shape is OpenSearch's.
    return JSON.parse(text) as any;
  };
  const put = (series: VaultSeries, id: string, source: object) =>
    call('PUT', `${index}-${series}/_doc/${id}?refresh=true`, source);
  const sourceOf = async (series: VaultSeries, id: string) =>
    (await call('GET', `${index}-${series}/_doc/${id}`))._source as Record<string, unknown>;
  return {
    engine: 'opensearch',
    async list(series) {
      await call('POST', `${index}-${series}/_refresh`);
      const query = series === 'refs' ? {term: {type: 'ref'}} : {match_all: {}};
      const {hits} = await call('POST', `${index}-${series}/_search`, {size: 10_000, query});
      return hits.hits.map(({_id, _source}: {_id: string; _source: Record<string, unknown>}) => ({
        key: _id,
        fields: _source,
      }));
    },
    async remove(series, key) {
      await call('DELETE', `${index}-${series}/_doc/${key}?refresh=true`);
    },
    async change(series, key, fields) {
      const changed = {...(await sourceOf(series, key)), ...fields};
      for (const [name, value] of Object.entries(fields)) if (value === undefined) delete changed[name];
      await put(series, key, changed);
    },
    async duplicate(series, key) {
      const twin = `twin-${key}`;
      await put(series, twin, await sourceOf(series, key));
      return twin;
    },
    async turnCounter(series, next) {
      await put('refs', documentId('counter', series), {type: 'counter', series, next});
    },
    async spoilLease() {
      const query = {term: {type: 'lease'}};
      const {hits} = await call('POST', `${index}-refs/_search`, {query});
      for (const {_id, _source} of hits.hits as {_id: string; _source: object}[])
        await put('refs', _id, {..._source, condemned: {commits: 'none'}});
      assert.ok(hits.hits.length > 0, 'a run has taken the lease');
    },
    async changeRepository(fields) {
      const set = await sourceOf('refs', documentId('set'));
      const repositories = (set['repositories'] as object[]).map((own) => ({...own, ...fields}));
      await put('refs', documentId('set'), {...set, repositories});
    },
    async turnAlias() {
      const found = await call('GET', `${index}-files/_alias`);
      // `<index>-files` is an alias itself, of the present generation.
      const [generation, {aliases}] = Object.entries(found as Record<string, {aliases: Aliases}>)[0]!;
      const [alias, {filter}] = Object.entries(aliases).find(([, each]) => each.filter)!;
      const [, owner] = filter!.bool.filter;
      const other = {bool: {filter: [{term: {ext: 'md'}}, owner]}};
      await call('POST', '_aliases', {actions: [{add: {index: generation, alias, filter: other}}]});
      return alias;
    },
  };
}

type Aliases = Record<string, {filter?: {bool: {filter: object[]}}}>;

function fileObjects(rig: CtrRig): ObjectVault {
  const directory = join(rig.gitDir, 'ctr', 'objects');
  return {
    async listObjects() {
      const files = readdirSync(directory, {recursive: true, encoding: 'utf8'})
        .map((name) => join(directory, name))
        .filter((file) => statSync(file).isFile());
      return files.map((file) => ({key: relative(directory, file), bytes: readFileSync(file)}));
    },
    async putObject(key, bytes) {
      mkdirSync(dirname(join(directory, key)), {recursive: true});
      writeFileSync(join(directory, key), bytes);
    },
    removeObject: async (key) => rmSync(join(directory, key)),
  };
}

function s3Objects(rig: CtrRig): ObjectVault {
  const open = () =>
    openObjects({
      url: rig.setting('ctr.objects.url')!,
      bucket: rig.setting('ctr.objects.bucket')!,
      region: 'us-east-1',
      accessKey: rig.setting('ctr.objects.accessKey')!,
      secretKey: rig.setting('ctr.objects.secretKey')!,
      timeoutMs: 60_000,
      directory: undefined,
    });
  return {
    async listObjects() {
      await using objects = await open();
      const found: {key: string; bytes: Buffer}[] = [];
      for await (const batch of objects.list(`${rig.setting('ctr.index.name')}/`))
        for (const {key} of batch) found.push({key, bytes: await buffer((await objects.get(key))!)});
      return found;
    },
    async putObject(key, bytes) {
      await using objects = await open();
      await objects.put(key, bytes.length, bytes);
    },
    async removeObject(key) {
      await using objects = await open();
      await objects.delete([key]);
    },
  };
}
