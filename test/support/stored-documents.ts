import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {openObjects} from '../../src/store/open-stores.ts';
import type {CtrRig} from './ctr-rig.ts';

/** How much the stores hold of a repository, asked of the engines themselves and not of ctr. */
export interface StoredCounts {
  readonly entries: number;
  readonly commits: number;
  readonly objects: number;
}

/** What the stores hold, seen through SQLite, OpenSearch's REST API, the file system or S3. */
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

/** What the stores must hold, no more and no less, computed from Git alone. */
export function expectStored(gitDir: string, history: 'all' | 'refs'): StoredCounts {
  const refs = lines(git(gitDir, ['for-each-ref', '--format=%(objectname)']));
  const peeled = lines(
    git(
      gitDir,
      ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
      refs.map((oid) => `${oid}^{}`),
    ),
  );
  const tips = peeled.filter((line) => line.endsWith(' commit')).map((line) => line.split(' ')[0]!);
  const commits = tips.length === 0 ? [] : lines(git(gitDir, ['rev-list', '--stdin'], tips));
  const entries = history === 'all' ? listEveryEntry(gitDir, commits) : listTipEntries(gitDir, tips);
  // A submodule's commit is no blob of this repository.
  const blobs = [...entries].filter((entry) => !entry.startsWith('160000 '));
  const oids = [...new Set(blobs.map((entry) => entry.split(' ')[1]!))];
  return {entries: entries.size, commits: commits.length, objects: countObjectsNeeded(gitDir, oids)};
}

/** `mode oid path` of every entry that a commit shows: what it adds to any of its parents, a root to nothing. */
function listEveryEntry(gitDir: string, commits: readonly string[]): Set<string> {
  if (commits.length === 0) return new Set();
  const args = [
    'diff-tree',
    '--stdin',
    '-r',
    '-m',
    '--root',
    '--no-commit-id',
    '--no-renames',
    '--raw',
    '-z',
  ];
  const fields = git(gitDir, args, commits).toString('latin1').split('\0');
  const entries = new Set<string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , oid, status] = fields[at]!.split(' ');
    if (status !== 'D') entries.add(`${mode} ${oid} ${fields[at + 1]}`);
  }
  return entries;
}

function listTipEntries(gitDir: string, tips: readonly string[]): Set<string> {
  const entries = new Set<string>();
  for (const tip of new Set(tips)) {
    const listing = git(gitDir, ['ls-tree', '-r', '-z', '--full-tree', tip]).toString('latin1');
    for (const line of listing.split('\0').filter(Boolean)) {
      const [, mode, oid, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line)!;
      entries.add(`${mode} ${oid} ${path}`);
    }
  }
  return entries;
}

/** By the oid of a blob: whether it needs an object. */
const needsObject = new Map<string, boolean>();

/** How many of the blobs cannot be given back from a text: binary by Git's rule, or not UTF-8. */
function countObjectsNeeded(gitDir: string, oids: readonly string[]): number {
  const unknown = oids.filter((oid) => !needsObject.has(oid));
  const output = unknown.length === 0 ? Buffer.of() : git(gitDir, ['cat-file', '--batch'], unknown);
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [oid, , size] = output.subarray(at, end).toString().split(' ');
    const bytes = output.subarray(end + 1, end + 1 + Number(size));
    needsObject.set(
      oid!,
      bytes.subarray(0, 8000).includes(0) || !Buffer.from(bytes.toString()).equals(bytes),
    );
    at = end + 1 + Number(size) + 1;
  }
  return oids.filter((oid) => needsObject.get(oid)).length;
}

function git(gitDir: string, args: readonly string[], input: readonly string[] = []): Buffer {
  const {status, stdout, stderr} = spawnSync('git', [`--git-dir=${gitDir}`, ...args], {
    input: input.map((line) => `${line}\n`).join(''),
    maxBuffer: 2 ** 30,
  });
  assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function lines(output: Buffer): string[] {
  return output.toString().split('\n').filter(Boolean);
}
