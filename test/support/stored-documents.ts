import assert from 'node:assert/strict';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {openObjects} from '../../src/store/open-stores.ts';
import type {CtrRig} from './ctr-rig.ts';
import {type GitFacts, gitFacts} from './git-facts.ts';

/** How much the stores hold of a repository, asked of the engines themselves and not of ctr. */
export interface StoredCounts {
  readonly entries: number;
  readonly commits: number;
  readonly objects: number;
}

/** The content of the stores, seen through SQLite, OpenSearch's REST API, the file system or S3. */
export async function countStored(rig: CtrRig): Promise<StoredCounts> {
  const [entries, commits] = await Promise.all([countIndexed(rig, 'files'), countIndexed(rig, 'commits')]);
  return {entries, commits, objects: await countObjects(rig)};
}

async function countIndexed(rig: CtrRig, collection: 'files' | 'commits'): Promise<number> {
  const url = rig.setting('ctr.index.url');
  if (url === undefined) {
    using db = new DatabaseSync(join(rig.gitDir, 'ctr', 'index.db'), {readOnly: true});
    const table = collection === 'files' ? 'entries' : 'commits';
    return Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n']);
  }
  const name = `${rig.setting('ctr.index.name')}-${collection}`;
  await fetch(`${url}/${name}/_refresh`, {method: 'POST'});
  const response = await fetch(`${url}/${name}/_count`);
  const {count} = (await response.json()) as {count: number};
  assert.ok(response.ok);
  return count;
}

async function countObjects(rig: CtrRig): Promise<number> {
  const url = rig.setting('ctr.objects.url');
  if (url === undefined) {
    const directory = join(rig.gitDir, 'ctr', 'objects');
    if (!existsSync(directory)) return 0;
    const files = readdirSync(directory, {recursive: true, withFileTypes: true});
    // What a killed write has begun is no object: no reader can see it.
    return files.filter((file) => file.isFile() && !file.parentPath.endsWith('~tmp')).length;
  }
  await using objects = await openObjects({
    url,
    bucket: rig.setting('ctr.objects.bucket')!,
    region: 'us-east-1',
    accessKey: rig.setting('ctr.objects.accessKey')!,
    secretKey: rig.setting('ctr.objects.secretKey')!,
    timeoutMs: 60_000,
    directory: undefined,
  });
  let count = 0;
  for await (const batch of objects.list(`${rig.setting('ctr.index.name')}/`)) count += batch.length;
  return count;
}

/** The exact expected content of the stores, computed from Git alone. */
export function expectStored(gitDir: string, history: 'all' | 'refs'): StoredCounts {
  const facts = gitFacts(gitDir);
  const tips = facts.refs().flatMap(({commit}) => commit ?? []);
  const commits = facts.reachedBy(tips);
  const entries = history === 'all' ? facts.entriesAddedBy(commits) : listTipEntries(facts, tips);
  // A submodule's commit is no blob of this repository.
  const blobs = [...entries].filter((entry) => !entry.startsWith('160000 '));
  const oids = [...new Set(blobs.map((entry) => entry.split(' ')[1]!))];
  return {entries: entries.size, commits: commits.length, objects: countObjectsNeeded(facts, oids)};
}

function listTipEntries(facts: GitFacts, tips: readonly string[]): Set<string> {
  const files = [...new Set(tips)].flatMap((tip) => facts.files(tip));
  return new Set(files.map(({mode, oid, path}) => `${mode} ${oid} ${path}`));
}

/** By the oid of a blob: whether it needs an object. */
const needsObject = new Map<string, boolean>();

/** How many of the blobs cannot be given back from a text: binary by Git's rule, or not UTF-8. */
function countObjectsNeeded(facts: GitFacts, oids: readonly string[]): number {
  for (const [oid, bytes] of facts.contents(oids.filter((oid) => !needsObject.has(oid)))) {
    const isBinary = bytes.subarray(0, 8000).includes(0) || !Buffer.from(bytes.toString()).equals(bytes);
    needsObject.set(oid, isBinary);
  }
  return oids.filter((oid) => needsObject.get(oid)).length;
}
