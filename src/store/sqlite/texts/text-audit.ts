import type {Database} from '../database.ts';
import {type Checksums, checksumOfTrigrams, checksumOfWords, sumTrigrams, sumWords} from './checksums.ts';
import {wordsOfRun} from './run-words.ts';
import {childrenOf, hashOfBlock, runAt, type SplitText, splitText} from './split-text.ts';
import {TextReader} from './text-reader.ts';
import {lastCovered} from './trigrams/segment-pages.ts';

/** The content of an entry, if it was asked for, or what is wrong with it. */
export interface AuditedText {
  readonly content?: string | undefined;
  readonly defect?: string | undefined;
}

/**
 * Judges the texts of entries, each block once. Of all texts it proves that their blocks and words are there; with
 * contents, that these have the hashes under which they are stored; of a whole index, that words and trigrams are exactly
 * those of the texts.
 */
export class TextAudit {
  readonly #db: Database;
  readonly #texts: TextReader;
  readonly #withContent: boolean;
  /** Blocks by id, with whether they are as they must be. */
  readonly #judged = new Map<number, boolean>();
  readonly #proven = new Set<number>();
  readonly #words: Checksums | undefined;
  readonly #trigrams: Checksums | undefined;
  readonly #lastCovered: number;
  defects = 0;

  constructor(db: Database, {withContent, isWhole}: {withContent: boolean; isWhole: boolean}) {
    this.#db = db;
    // With nothing in memory: what others have changed is to be seen.
    this.#texts = new TextReader(db);
    this.#texts.follow();
    this.#withContent = withContent;
    this.#lastCovered = lastCovered(db);
    if (!withContent || !isWhole) return;
    this.#words = sumWords(db);
    this.#trigrams = sumTrigrams(db);
  }

  /** `isExpected`: the entry must have a text. */
  audit(seq: number, isExpected: boolean): AuditedText {
    const audited = this.#audit(seq, isExpected);
    if (audited.defect !== undefined) this.defects++;
    return audited;
  }

  #audit(seq: number, isExpected: boolean): AuditedText {
    try {
      const text = this.#texts.text(seq);
      if (!text) return isExpected ? {defect: 'its text is missing'} : {};
      if (text.root !== 0 && !this.#isWhole(text.root))
        return {defect: 'a part of its text or its words are missing'};
      if (!this.#withContent) return {};
      const content = this.#texts.content(seq)!;
      const split = splitText(content);
      const {bytes, isCut, blockCount} = split;
      const isRight =
        bytes.length === text.sizeBytes &&
        isCut === text.isCut &&
        (blockCount === 0
          ? text.root === 0
          : text.root !== 0 && this.#isProven(text.root, split, blockCount - 1));
      return isRight ? {content} : {content, defect: 'what is stored or indexed of its text is wrong'};
    } catch {
      return {defect: 'its text cannot be read'};
    }
  }

  /** True if the block and all that it is made of are there, with the words of its runs. */
  #isWhole(block: number): boolean {
    const known = this.#judged.get(block);
    if (known !== undefined) return known;
    const list = this.#texts.list(block);
    const isWhole = list
      ? list.ids.every((id) => this.#isWhole(id))
      : this.#db.get('SELECT 1 FROM words_docsize WHERE id = ?', block) !== undefined;
    this.#judged.set(block, isWhole);
    return isWhole;
  }

  /** True if the stored block is this one of the text, down to its runs, and these are indexed as they must be. */
  #isProven(id: number, text: SplitText, block: number): boolean {
    if (this.#proven.has(id)) return true;
    const row = this.#db.get('SELECT hash FROM blocks WHERE id = ?', id)!;
    if (Buffer.from(row['hash'] as Uint8Array).toString('latin1') !== hashOfBlock(text, block)) return false;
    const ids = this.#texts.list(id)?.ids;
    const children = childrenOf(text, block);
    const isRight = children
      ? ids?.length === children.length &&
        children.every((child, at) => this.#isProven(ids[at]!, text, child))
      : ids === undefined && this.#isIndexed(id, text, block);
    if (isRight) this.#proven.add(id);
    return isRight;
  }

  #isIndexed(id: number, text: SplitText, block: number): boolean {
    if (!this.#words || !this.#trigrams) return true;
    const {bytes} = text;
    const run = runAt(text, block);
    if (this.#words.get(id) !== checksumOfWords(wordsOfRun({run, bytes}))) return false;
    const withOverlap = bytes.subarray(run.start, run.overlapEnd);
    // Those of later runs will be made of what is stored.
    if (id > this.#lastCovered) return Buffer.compare(this.#texts.runText(id).withOverlap, withOverlap) === 0;
    return this.#trigrams.get(id) === checksumOfTrigrams(withOverlap);
  }
}
