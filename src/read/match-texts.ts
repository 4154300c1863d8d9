import {Bitmap} from '../domain/bitmap.ts';
import {mayMatch, trigramsOfClause} from '../domain/query/may-match.ts';
import {type Expression, isTextClause, mapClauses, type TextClause} from '../domain/query/query.ts';
import {type LineTest, lineTestOf} from '../domain/query/regex.ts';
import type {EntryScope} from '../store/ports/entries.ts';
import type {ContentScan, FoundContent, SearchPort} from '../store/ports/search.ts';

/** Of the texts of one query. A repository of many gigabytes is not read for one question. */
const SCAN_MAX_CHARS = 512_000_000;
export const SCAN_MAX_MS = 20_000;

/** Texts that were read because substrings or regular expressions are decided by them alone. */
export interface TextScan {
  readonly files: number;
  /** UTF-16 units of their texts. */
  readonly chars: number;
  /** False if a limit stopped it: only what was read until then is in the answer. */
  readonly isComplete: boolean;
}

export interface TextsMatched {
  /** The same condition without text clauses. */
  readonly expression: Expression;
  /** Absent where no text had to be read. */
  readonly scan?: TextScan;
}

/**
 * Decides the substrings and regular expressions of an expression by the texts of the entries that may match. Each
 * becomes the set of entries that it matches.
 */
export async function matchTexts(
  store: SearchPort,
  expression: Expression,
  {snapshot, now}: {snapshot: EntryScope; now: () => number},
): Promise<TextsMatched> {
  using texts = new TextSets(expression);
  if (texts.isEmpty) return {expression};
  const scan = await scanTexts(store, {expression: texts.candidates, snapshot, now}, texts.take);
  const decided = mapClauses(expression, (clause) => (isTextClause(clause) ? texts.of(clause) : clause));
  // What was not read is not known.
  const only: Expression[] = scan.isComplete ? [] : [texts.read];
  return {expression: {type: 'all', of: [decided, ...only]}, scan};
}

/** The entries that each text clause matches, among those that were read. */
class TextSets implements Disposable {
  readonly #byClause = new Map<
    string,
    {readonly test: LineTest; readonly seqs: Bitmap; readonly clause: TextClause}
  >();
  readonly #read = Bitmap.of();
  readonly #expression: Expression;

  constructor(expression: Expression) {
    this.#expression = expression;
    mapClauses(expression, (clause) => {
      if (isTextClause(clause))
        this.#byClause.set(JSON.stringify(clause), {test: lineTestOf(clause), seqs: Bitmap.of(), clause});
      return clause;
    });
  }

  get isEmpty(): boolean {
    return this.#byClause.size === 0;
  }

  /** Entries for which the expression may hold and some text clause may match: of all others it is known already. */
  get candidates(): Expression {
    const some = [...this.#byClause.values()].map(
      ({clause}): Expression => ({type: 'trigrams', wanted: trigramsOfClause(clause)}),
    );
    return {type: 'all', of: [mayMatch(this.#expression), {type: 'any', of: some}]};
  }

  readonly take = ({seq, content}: FoundContent): void => {
    for (const {test, seqs} of this.#byClause.values()) if (test.matchesSome(content)) seqs.add(seq);
    this.#read.add(seq);
  };

  of(clause: TextClause): Expression {
    return {type: 'seqs', seqs: this.#byClause.get(JSON.stringify(clause))!.seqs.serialize()};
  }

  get read(): Expression {
    return {type: 'seqs', seqs: this.#read.serialize()};
  }

  [Symbol.dispose](): void {
    for (const {seqs} of this.#byClause.values()) seqs[Symbol.dispose]();
    this.#read[Symbol.dispose]();
  }
}

/** Reads the texts of the entries that match, up to the limits of one query. */
export async function scanTexts(
  store: SearchPort,
  {expression, snapshot, now}: ContentScan & {now: () => number},
  take: (found: FoundContent) => void,
): Promise<TextScan> {
  const startedAt = now();
  let files = 0;
  let chars = 0;
  for await (const batch of store.scanContents({expression, snapshot})) {
    for (const found of batch) {
      if (chars > SCAN_MAX_CHARS || now() - startedAt > SCAN_MAX_MS) return {files, chars, isComplete: false};
      take(found);
      files++;
      chars += found.content.length;
    }
  }
  return {files, chars, isComplete: true};
}
