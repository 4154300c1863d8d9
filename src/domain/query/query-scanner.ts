/** A place in the text of a query. */
export class QueryScanner {
  readonly text: string;
  at = 0;
  /** How many parentheses are open. */
  depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** For a person, from 1. */
  get position(): number {
    return this.at + 1;
  }

  /** The text that the pattern (sticky) matches here, behind which the scanner goes on. */
  take(pattern: RegExp): string | undefined {
    const match = this.match(pattern)?.[0];
    this.at += match?.length ?? 0;
    return match;
  }

  /** The match of the pattern (sticky) here. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  /**
   * The characters up to the next white space, or up to a parenthesis that closes a group: one that no parenthesis of
   * the word itself opens.
   */
  takeWord(): string {
    const start = this.at;
    let open = 0;
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at]!;
      if (/\s/.test(character)) break;
      if (character === '(') open++;
      else if (character === ')' && open > 0) open--;
      else if (character === ')' && this.depth > 0) break;
    }
    return this.text.slice(start, this.at);
  }
}
