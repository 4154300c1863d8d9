import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {decodePath} from '../../src/domain/path.ts';
import {partsOf, wordsOf} from '../../src/domain/words.ts';
import {type CtrWorld, ctrJson, runCtr} from './run-ctr.ts';

/** How much of a repository is compared. Tips are compared always, and whole. */
export interface OracleSample {
  /** Old commits whose tree and log are compared, spread evenly over the history. */
  readonly commits?: number;
  /** Files whose bytes are compared, and words that are searched, at each tip that is looked into. */
  readonly files?: number;
  /** Tips that are looked into; all are compared by name, commit and number of entries. */
  readonly tips?: number;
}

interface GitEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly oid: string;
  readonly sizeBytes: number | null;
}

/**
 * What the public commands say equals what Git says, computed from for-each-ref, ls-tree, rev-list, cat-file and
 * grep-like reading alone. `world` is how readers reach the index; it need not know the repository.
 */
export async function assertEqualsGit(
  gitDir: string,
  world: CtrWorld,
  sample: OracleSample = {},
): Promise<void> {
  const {commits = 5, files = 5, tips = 10} = sample;
  const refs = await assertRefs(gitDir, world);
  const live = refs.filter(({commit}) => commit !== null);
  for (const {name} of spread(live, tips)) {
    await assertTree(gitDir, world, name);
    await assertLog(gitDir, world, name);
    await assertFiles(gitDir, world, name, files);
  }
  if (live.length === 0) return;
  const all = lines(
    git(gitDir, ['rev-list', '--date-order', '--stdin'], live.map(({commit}) => commit).join('\n')),
  );
  for (const oid of spread(all, commits)) {
    await assertTree(gitDir, world, oid);
    await assertLog(gitDir, world, oid);
  }
}

/** Names, targets, commits and numbers of entries of every ref. */
async function assertRefs(gitDir: string, world: CtrWorld) {
  const listed = lines(git(gitDir, ['for-each-ref', '--format=%(refname)%00%(objectname)'])).map((line) =>
    line.split('\0'),
  );
  const peeled = lines(
    git(
      gitDir,
      ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
      listed.map(([, oid]) => `${oid}^{}`).join('\n'),
    ),
  );
  const wanted = listed.map(([name, target], i) => {
    const [oid, type] = peeled[i]!.split(' ');
    return {name: name!, target: target!, commit: type === 'commit' ? oid! : null};
  });
  const {refs} = await ctrJson<{
    refs: {name: string; target: string; commit: string | null; entries: number}[];
  }>(['refs'], world);
  assert.deepEqual(
    refs.map(({name, target, commit}) => ({name, target, commit})),
    wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  for (const {name, commit, entries} of refs) {
    if (commit !== null) assert.equal(entries, countEntries(gitDir, commit), `entries of ${name}`);
  }
  return refs;
}

/** By the oid of a commit: what it names never changes. */
const entryCounts = new Map<string, number>();

function countEntries(gitDir: string, commit: string): number {
  const count = entryCounts.get(commit) ?? readTree(gitDir, commit, ['-r']).length;
  entryCounts.set(commit, count);
  return count;
}

/** The recursive listing, the root, and one directory. */
async function assertTree(gitDir: string, world: CtrWorld, ref: string): Promise<void> {
  const list = async (...args: string[]) =>
    (
      await ctrJson<{entries: (GitEntry & {name: string})[]}>(['ls', ...args, '--ref', ref], world)
    ).entries.map(({path, mode, type, oid, sizeBytes}) => ({path, mode, type, oid, sizeBytes}));
  const all = readTree(gitDir, ref, ['-r']);
  assert.deepEqual(await list('--recursive'), all, `ls -r of ${ref}`);
  assert.deepEqual(await list(), readTree(gitDir, ref, []), `ls of ${ref}`);
  const nested = all.find(({path}) => path.includes('/'));
  if (!nested) return;
  const directory = nested.path.slice(0, nested.path.lastIndexOf('/'));
  const below = all.filter(({path}) => path.startsWith(`${directory}/`));
  assert.deepEqual(await list('--recursive', directory), below, `ls -r ${directory} of ${ref}`);
}

/** The commits and their order, and the history of some paths. */
async function assertLog(gitDir: string, world: CtrWorld, ref: string): Promise<void> {
  const log = async (...args: string[]) =>
    (await ctrJson<{commits: {oid: string; paths: string[]}[]}>(['log', ...args, '--ref', ref], world))
      .commits;
  const commits = (await log()).map(({oid}) => oid);
  assert.deepEqual(commits.toSorted(), lines(git(gitDir, ['rev-list', ref])).toSorted(), `log of ${ref}`);
  assertParentsLater(gitDir, ref, commits);
  const [entry] = spread(readTree(gitDir, ref, ['-r']), 1);
  if (!entry || /[\uef80-\uefff]/.test(entry.path)) return;
  for (const path of [entry.path, entry.path.replace(/\/?[^/]*$/, '')].filter(Boolean)) {
    const wanted = commitsThatChanged(gitDir, ref, path);
    assert.deepEqual(
      (await log(path)).map(({oid}) => oid).toSorted(),
      wanted.toSorted(),
      `log of ${path} at ${ref}`,
    );
  }
}

/** The commits that differ at the path from every parent: of a merge, only what it did itself. */
function commitsThatChanged(gitDir: string, ref: string, path: string): string[] {
  const revList = (...args: string[]) => git(gitDir, ['--literal-pathspecs', 'rev-list', ref, ...args]);
  const plain = lines(revList('--full-history', '--no-merges', '--', path));
  const combined = ['--literal-pathspecs', 'diff-tree', '--stdin', '-c', '-r', '--name-only', '--', path];
  // Each merge is named, and then the paths in which it differs from all its parents.
  const isOid = (line: string | undefined) => line !== undefined && /^[0-9a-f]{40,64}$/.test(line);
  const named = lines(git(gitDir, combined, revList('--merges').toString()));
  const merges = named.filter((line, i) => isOid(line) && i + 1 < named.length && !isOid(named[i + 1]));
  return [...plain, ...merges];
}

function assertParentsLater(gitDir: string, ref: string, commits: readonly string[]): void {
  const place = new Map(commits.map((oid, i) => [oid, i]));
  for (const line of lines(git(gitDir, ['rev-list', '--parents', ref]))) {
    const [oid, ...parents] = line.split(' ');
    for (const parent of parents)
      assert.ok(place.get(oid!)! < place.get(parent)!, `${oid} before its parent ${parent}`);
  }
}

/** Exact bytes, and for a word of each text file: exactly the files that hold it. */
async function assertFiles(gitDir: string, world: CtrWorld, ref: string, count: number): Promise<void> {
  const entries = readTree(gitDir, ref, ['-r']).filter(({type}) => type === 'blob');
  const contents = readBlobs(gitDir, entries);
  for (const {path, oid} of spread(entries, count)) {
    const {code, stdout, stderr} = await runCtr(['cat', path, '--ref', ref], world);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.equals(contents.get(oid)!), `bytes of ${path} at ${ref}`);
  }
  const texts = entries.filter(({oid}) => isSearchable(contents.get(oid)!));
  for (const word of chooseWords(texts, contents, count)) {
    const wanted = texts.filter(({oid}) => holds(contents.get(oid)!, word)).map(({path}) => path);
    const args = ['search', word, '--ref', ref, '--limit', '100000'];
    const {total, hits} = await ctrJson<{total: number; hits: {path: string; lines: unknown[]}[]}>(
      args,
      world,
    );
    // Files in other encodings may match, too; the oracle cannot read them.
    const judged = hits.map(({path}) => path).filter((path) => texts.some((text) => text.path === path));
    assert.deepEqual(judged.toSorted(), wanted.toSorted(), `search ${word} at ${ref}`);
    assert.equal(total, hits.length);
    for (const {path, lines: found} of hits) assert.ok(found.length > 0, `lines of ${word} in ${path}`);
  }
}

function holds(content: Buffer, word: string): boolean {
  const text = content.toString();
  return wordsOf(text).includes(word) || partsOf(text).includes(word);
}

/** The middle word of some files: neither the rarest nor the most frequent. */
function chooseWords(
  texts: readonly GitEntry[],
  contents: ReadonlyMap<string, Buffer>,
  count: number,
): string[] {
  return spread(texts, count).flatMap(({oid}) => {
    const found = wordsOf(contents.get(oid)!.toString()).filter((word) => /^[a-z]{4,20}$/.test(word));
    return found.length === 0 ? [] : [found[found.length >> 1]!];
  });
}

/** UTF-8 without NUL, and not above the default limit: what the oracle can judge by itself. */
function isSearchable(content: Buffer): boolean {
  return (
    content.length <= 2 * 1024 * 1024 && !content.includes(0) && content.toString().indexOf('\ufffd') < 0
  );
}

/** `git ls-tree`, as `ctr ls` shows it. */
export function readTree(gitDir: string, revision: string, args: readonly string[]): GitEntry[] {
  const output = git(gitDir, ['ls-tree', '-z', '-l', '--full-tree', ...args, revision]);
  return split(output, 0).map((line) => {
    const tab = line.indexOf(9);
    const [mode = '', type = '', oid = '', size = '-'] = line.subarray(0, tab).toString().split(/ +/);
    return {
      path: decodePath(line.subarray(tab + 1)),
      mode,
      type,
      oid,
      sizeBytes: size === '-' ? null : Number(size),
    };
  });
}

function readBlobs(gitDir: string, entries: readonly GitEntry[]): Map<string, Buffer> {
  const oids = [...new Set(entries.map(({oid}) => oid))];
  const output = git(gitDir, ['cat-file', '--batch'], oids.join('\n'));
  const contents = new Map<string, Buffer>();
  let at = 0;
  for (const oid of oids) {
    const end = output.indexOf(10, at);
    const size = Number(output.subarray(at, end).toString().split(' ')[2]);
    contents.set(oid, output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

function git(gitDir: string, args: readonly string[], input?: string): Buffer {
  const {status, stdout, stderr} = spawnSync('git', [`--git-dir=${gitDir}`, ...args], {
    input,
    maxBuffer: 2 ** 31 - 1,
  });
  assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function lines(output: Buffer): string[] {
  return output.toString().split('\n').filter(Boolean);
}

function split(output: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(separator, at);
    parts.push(output.subarray(at, end));
    at = end + 1;
  }
  return parts;
}

/** At most `count` of them, evenly spread, the first always among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({length: count}, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
