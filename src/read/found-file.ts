import type {EntryKind, EntrySummary} from '../domain/entry.ts';
import {
  type FoundLine,
  type FoundLines,
  type LineFinder,
  makeLineFinder,
} from '../domain/query/match-lines.ts';
import type {Expression} from '../domain/query/query.ts';
import type {SearchHit} from '../store/ports/search.ts';

const LINES_MAX = 1000;
const LINE_MAX_CHARS = 1000;

/** A file that matches. */
export interface FoundFile {
  readonly path: string;
  readonly oid: string;
  readonly kind: EntryKind;
  readonly language: string | null;
  readonly sizeBytes: number;
  readonly score: number;
  /**
   * Lines that match, with the lines around them that were asked for: those that hold most of the query's clauses, then
   * the first; in the order of the file. Empty where nothing in the text is asked for, or only the path matches.
   */
  readonly lines: readonly FoundLine[];
  /** How many lines match. */
  readonly linesTotal: number;
}

/** V8's substrings keep all of the string that they were cut from: a copy has memory of its own. */
function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** How many lines of one file, at most 1000, and how many around each that matches. */
export interface LineLimits {
  readonly linesMax?: number | undefined;
  readonly contextLines?: number | undefined;
}

/** Of the contents of hits, the lines that match; the contents themselves are not kept. */
export class LinesFound {
  readonly #find: LineFinder;
  readonly #limits: Parameters<LineFinder>[1];
  readonly #bySeq = new Map<number, FoundLines>();

  constructor(expression: Expression, {linesMax = LINES_MAX, contextLines}: LineLimits) {
    this.#find = makeLineFinder(expression);
    this.#limits = {linesMax: Math.min(linesMax, LINES_MAX), lineMaxChars: LINE_MAX_CHARS, contextLines};
  }

  readonly take = ({seq}: EntrySummary, content: string): void => {
    const {lines, total} = this.#find(content, this.#limits);
    this.#bySeq.set(seq, {total, lines: lines.map((line) => ({...line, text: copyText(line.text)}))});
  };

  of({seq}: EntrySummary): FoundLines {
    return this.#bySeq.get(seq) ?? {lines: [], total: 0};
  }
}

/** A hit as readers see it, with its lines. */
export function foundFile({entry, score}: SearchHit, found: LinesFound): FoundFile {
  const {lines, total} = found.of(entry);
  return {
    path: entry.path,
    oid: entry.oid,
    kind: entry.kind,
    language: entry.language ?? null,
    sizeBytes: entry.sizeBytes,
    score,
    lines,
    linesTotal: total,
  };
}
