import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {rigEnvironment} from '../support/git-rig.ts';
import {type Language, TextGenerator} from './generate-text.ts';
import {openRandom, type Random} from './random.ts';
import {runGit} from './run-git.ts';

export interface RepositoryShape {
  readonly seed: number;
  readonly files: number;
  readonly commits: number;
  readonly branches: number;
}

const LANGUAGES: readonly Language[] = ['md', 'md', 'ts', 'ts', 'py', 'rs'];
const START_SECONDS = 1_600_000_000;
const BINARY_SHARE = 0.03;
const SIDE_COMMITS_MAX = 6;
/** Where commits are written that a merge brings to main. */
const SIDE_REF = 'refs/heads/side';
const AUTHORS = ['Ada L <ada@example.com>', 'Grace H <grace@example.com>', 'José M <jose@example.com>'];

/** Path to content: the lines of a text, or the bytes of a binary. */
type Tree = Map<string, readonly string[] | Buffer>;

/**
 * A bare repository at `gitDir` of that shape: Markdown and code that people edit, a few binaries, merges, branches
 * that left the main line at different times. The same shape gives the same oids on every machine.
 */
export async function generateRepository(
  gitDir: string,
  home: string,
  shape: RepositoryShape,
): Promise<void> {
  const env = rigEnvironment(home);
  await runGit(['init', '--quiet', '--bare', '--initial-branch=main', gitDir], {env});
  const git = spawn('git', [`--git-dir=${gitDir}`, 'fast-import', '--quiet', '--done'], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(git, 'close');
  await pipeline(Readable.from(new HistoryWriter(shape).write()), git.stdin);
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`git fast-import ended with exit code ${code}`);
  await runGit([`--git-dir=${gitDir}`, 'update-ref', '-d', SIDE_REF], {env});
  await runGit([`--git-dir=${gitDir}`, 'gc', '--quiet'], {env});
}

/** Writes the history as a stream for `git fast-import`. */
class HistoryWriter {
  readonly #shape: RepositoryShape;
  readonly #random: Random;
  readonly #text: TextGenerator;
  readonly #directories: readonly string[];
  #mark = 0;
  /** Written and not yet handed out. */
  #parts: (string | Buffer)[] = [];

  constructor(shape: RepositoryShape) {
    this.#shape = shape;
    this.#random = openRandom(shape.seed);
    this.#text = new TextGenerator(this.#random);
    this.#directories = ['', ...Array.from({length: 60}, () => `${this.#text.name()}/${this.#text.name()}/`)];
  }

  *write(): Generator<string | Buffer> {
    const {files, commits, branches} = this.#shape;
    const tree: Tree = new Map();
    const paths = Array.from({length: files}, () => this.#create(tree));
    let tip = this.#commit('refs/heads/main', {tree, paths: [...new Set(paths)]});
    const tips = [tip];
    while (this.#mark < commits - branches) {
      const isMerge = this.#random.next() < 0.08;
      tip = isMerge
        ? this.#mergeSide(tip, tree)
        : this.#commit('refs/heads/main', {tree, paths: this.#edit(tree), parent: tip});
      tips.push(tip);
      yield* this.#parts.splice(0);
    }
    for (let branch = 1; branch < branches; branch++) {
      const own: Tree = new Map(tree);
      this.#commit(`refs/heads/topic-${branch}`, {
        tree: own,
        paths: [this.#create(own)],
        parent: this.#random.pick(tips),
      });
      yield* this.#parts.splice(0);
    }
    yield 'done\n';
  }

  /** Some commits on a line of their own, and the merge that brings them back. */
  #mergeSide(tip: number, tree: Tree): number {
    const side: Tree = new Map(tree);
    const changed = new Set<string>();
    let sideTip = tip;
    for (let left = this.#random.between(1, SIDE_COMMITS_MAX); left > 0; left--) {
      const paths = this.#edit(side);
      for (const path of paths) changed.add(path);
      sideTip = this.#commit(SIDE_REF, {tree: side, paths, parent: sideTip});
    }
    const ownTip = this.#commit('refs/heads/main', {
      tree,
      paths: this.#edit(tree).filter((path) => !changed.has(path)),
      parent: tip,
    });
    for (const path of changed) {
      const content = side.get(path);
      if (content === undefined) tree.delete(path);
      else tree.set(path, content);
    }
    return this.#commit('refs/heads/main', {tree, paths: [...changed], parent: ownTip, merged: sideTip});
  }

  /** Changes some files of the tree; their paths. */
  #edit(tree: Tree): string[] {
    const known = [...tree.keys()];
    const paths = Array.from({length: this.#random.between(1, 5)}, () => {
      const dice = this.#random.next();
      if (dice < 0.06) return this.#create(tree);
      const path = this.#random.pick(known);
      const content = tree.get(path);
      if (dice < 0.09) tree.delete(path);
      else if (Array.isArray(content)) tree.set(path, this.#editLines(path, content));
      else tree.set(path, this.#bytes());
      return path;
    });
    return [...new Set(paths)];
  }

  #editLines(path: string, lines: readonly string[]): string[] {
    const at = this.#random.between(0, lines.length);
    const block = this.#text.block(languageOf(path));
    return lines.toSpliced(at, this.#random.between(0, block.length), ...block);
  }

  #create(tree: Tree): string {
    const isBinary = this.#random.next() < BINARY_SHARE;
    const language = this.#random.pick(LANGUAGES);
    const path = `${this.#random.pick(this.#directories)}${this.#text.name()}-${tree.size}.${isBinary ? 'bin' : language}`;
    // Most files are short, a few are long.
    const lineCount = Math.round(10 * 2 ** (this.#random.next() * 6));
    tree.set(path, isBinary ? this.#bytes() : this.#text.file(language, lineCount));
    return path;
  }

  #bytes(): Buffer {
    const bytes = Buffer.alloc(this.#random.between(1000, 60_000));
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.#random.between(0, 255);
    return bytes;
  }

  /** Writes one commit; its mark. Of the tree only `paths` differ from the first parent's. */
  #commit(
    ref: string,
    {tree, paths, parent, merged}: {tree: Tree; paths: readonly string[]; parent?: number; merged?: number},
  ): number {
    const mark = ++this.#mark;
    const who = `${this.#random.pick(AUTHORS)} ${START_SECONDS + mark * 600} +0200`;
    const message = `${this.#text.sentence()}\n\n${this.#text.sentence()}\n`;
    this.#parts.push(`commit ${ref}\nmark :${mark}\nauthor ${who}\ncommitter ${who}\n${dataOf(message)}`);
    if (parent !== undefined) this.#parts.push(`from :${parent}\n`);
    if (merged !== undefined) this.#parts.push(`merge :${merged}\n`);
    for (const path of paths) this.#putFile(path, tree.get(path));
    return mark;
  }

  #putFile(path: string, content: readonly string[] | Buffer | undefined): void {
    if (content === undefined) this.#parts.push(`D ${path}\n`);
    else {
      const bytes = Buffer.isBuffer(content) ? content : Buffer.from(`${content.join('\n')}\n`);
      this.#parts.push(`M 100644 inline ${path}\ndata ${bytes.length}\n`, bytes, '\n');
    }
  }
}

function dataOf(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function languageOf(path: string): Language {
  return path.slice(path.lastIndexOf('.') + 1) as Language;
}
