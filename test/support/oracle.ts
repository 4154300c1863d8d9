import assert from 'node:assert/strict';
import {partsOf, wordsOf} from '../../src/domain/words.ts';
import {type GitEntry, type GitFacts, type GitRef, gitFacts} from './git-facts.ts';
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

/**
 * The output of the public commands equals Git's, computed from for-each-ref, ls-tree, rev-list, cat-file and grep-like
 * reading alone. `world` is how readers reach the index; it need not know the repository.
 */
export async function assertEqualsGit(
  gitDir: string,
  world: CtrWorld,
  sample: OracleSample = {},
): Promise<void> {
  const {commits = 5, files = 5, tips = 10} = sample;
  const facts = gitFacts(gitDir);
  const live = (await assertRefs(facts, world)).flatMap(({name, commit}) =>
    commit === null ? [] : [{name, commit}],
  );
  for (const {name, commit} of spread(live, tips)) {
    const revision = {ref: name, commit};
    await assertTree(facts, world, revision);
    await assertLog(facts, world, revision);
    await assertFiles(facts, world, revision, files);
  }
  for (const commit of spread(facts.reachedBy(live.map((ref) => ref.commit)), commits)) {
    const revision = {ref: commit, commit};
    await assertTree(facts, world, revision);
    await assertLog(facts, world, revision);
  }
}

/** A revision that ctr gets by its name, and Git by the commit of that name. */
interface AskedRevision {
  readonly ref: string;
  readonly commit: string;
}

/** Names, targets, commits and numbers of entries of every ref. */
async function assertRefs(facts: GitFacts, world: CtrWorld): Promise<GitRef[]> {
  const wanted = facts.refs();
  const {refs} = await ctrJson<{refs: (GitRef & {entries: number})[]}>(['refs'], world);
  assert.deepEqual(
    refs.map(({name, target, commit}) => ({name, target, commit})),
    wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  for (const {name, commit, entries} of refs) {
    if (commit !== null) assert.equal(entries, facts.files(commit).length, `entries of ${name}`);
  }
  return wanted;
}

/** The recursive listing, the root, and one directory. */
async function assertTree(facts: GitFacts, world: CtrWorld, {ref, commit}: AskedRevision): Promise<void> {
  const list = async (...args: string[]) =>
    (
      await ctrJson<{entries: (GitEntry & {name: string})[]}>(['ls', ...args, '--ref', ref], world)
    ).entries.map(({path, mode, type, oid, sizeBytes}) => ({path, mode, type, oid, sizeBytes}));
  const all = facts.files(commit);
  assert.deepEqual(await list('--recursive'), all, `ls -r of ${ref}`);
  assert.deepEqual(await list(), facts.root(commit), `ls of ${ref}`);
  const nested = all.find(({path}) => path.includes('/'));
  if (!nested) return;
  const directory = nested.path.slice(0, nested.path.lastIndexOf('/'));
  const below = all.filter(({path}) => path.startsWith(`${directory}/`));
  assert.deepEqual(await list('--recursive', directory), below, `ls -r ${directory} of ${ref}`);
}

/** The commits and their order, and the history of some paths. */
async function assertLog(facts: GitFacts, world: CtrWorld, {ref, commit}: AskedRevision): Promise<void> {
  const log = async (...args: string[]) =>
    (
      await ctrJson<{commits: {oid: string; paths: string[]}[]}>(['log', ...args, '--ref', ref], world)
    ).commits.map(({oid}) => oid);
  const reached = facts.reachedBy([commit]);
  const commits = await log();
  assert.deepEqual(commits.toSorted(), reached.toSorted(), `log of ${ref}`);
  assertParentsLater(facts, commits);
  const [entry] = spread(facts.files(commit), 1);
  if (!entry || /[\uef80-\uefff]/.test(entry.path)) return;
  for (const path of [entry.path, entry.path.replace(/\/?[^/]*$/, '')].filter(Boolean)) {
    const wanted = facts.thatChanged(reached, path);
    assert.deepEqual((await log(path)).toSorted(), wanted.toSorted(), `log of ${path} at ${ref}`);
  }
}

function assertParentsLater(facts: GitFacts, commits: readonly string[]): void {
  const place = new Map(commits.map((oid, i) => [oid, i]));
  for (const oid of commits) {
    for (const parent of facts.parentsOf(oid))
      assert.ok(place.get(oid)! < place.get(parent)!, `${oid} before its parent ${parent}`);
  }
}

/** Exact bytes, and for a word of each text file: exactly the files that hold it, or are named by it. */
async function assertFiles(
  facts: GitFacts,
  world: CtrWorld,
  {ref, commit}: AskedRevision,
  count: number,
): Promise<void> {
  const entries = facts.files(commit);
  const blobs = entries.filter(({type}) => type === 'blob');
  const contents = facts.contents(blobs.map(({oid}) => oid));
  for (const {path, oid} of spread(blobs, count)) {
    const {code, stdout, stderr} = await runCtr(['cat', path, '--ref', ref], world);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.equals(contents.get(oid)!), `bytes of ${path} at ${ref}`);
  }
  const texts = blobs.filter(({oid}) => isSearchable(contents.get(oid)!));
  const textPaths = new Set(texts.map(({path}) => path));
  for (const word of chooseWords(texts, contents, count)) {
    const holding = new Set(
      texts.filter(({oid}) => holds(contents.get(oid)!.toString(), word)).map(({path}) => path),
    );
    const named = new Set(entries.map(({path}) => path).filter((path) => holds(path, word)));
    const args = ['search', word, '--ref', ref, '--limit', '100000'];
    const {total, hits} = await ctrJson<{total: number; hits: {path: string; lines: unknown[]}[]}>(
      args,
      world,
    );
    // Files in other encodings may match, too; the oracle cannot read them.
    const judged = hits.map(({path}) => path).filter((path) => textPaths.has(path) || named.has(path));
    assert.deepEqual(judged.toSorted(), [...holding.union(named)].toSorted(), `search ${word} at ${ref}`);
    assert.equal(total, hits.length);
    for (const {path, lines: found} of hits) {
      if (holding.has(path)) assert.ok(found.length > 0, `lines of ${word} in ${path}`);
    }
  }
}

function holds(text: string, word: string): boolean {
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

/** At most `count` of them, evenly spread, the first always among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({length: count}, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
