/**
 * Finds a sequence in a stream of tokens, always in linear time, also with repetitions.
 * Source: Knuth, Morris and Pratt, Fast pattern matching in strings (1977).
 */
export class SequenceMatcher {
  readonly #tokens: readonly string[];
  readonly #isPrefix: boolean;
  /** For each number of matched tokens, how many of them also begin another match. */
  readonly #fallbacks: number[] = [0, 0];
  #matched = 0;

  constructor(tokens: readonly string[], isPrefix: boolean) {
    this.#tokens = tokens;
    this.#isPrefix = isPrefix;
    // The last token is omitted: if it is a prefix, the exact token there is unknown.
    for (let length = 2; length < tokens.length; length++) {
      let border = this.#fallbacks[length - 1]!;
      while (border > 0 && tokens[border] !== tokens[length - 1]) border = this.#fallbacks[border]!;
      this.#fallbacks.push(tokens[border] === tokens[length - 1] ? border + 1 : 0);
    }
  }

  /** True if a match has begun and may continue. */
  get isWithin(): boolean {
    return this.#matched > 0;
  }

  /** True if the sequence ends with this token. */
  feed(token: string): boolean {
    this.#advance(token);
    if (this.#matched < this.#tokens.length) return false;
    this.#matched = this.#fallbacks[this.#tokens.length - 1]!;
    // The last token may be the first, or a middle one, of the next match.
    if (this.#tokens.length > 1) this.#advance(token);
    return true;
  }

  #advance(token: string): void {
    while (this.#matched > 0 && !this.#accepts(token)) this.#matched = this.#fallbacks[this.#matched]!;
    if (this.#accepts(token)) this.#matched++;
  }

  #accepts(token: string): boolean {
    const wanted = this.#tokens[this.#matched]!;
    const isLast = this.#matched === this.#tokens.length - 1;
    return isLast && this.#isPrefix ? token.startsWith(wanted) : token === wanted;
  }
}
