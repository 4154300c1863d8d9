/** The last lines of a text that arrives in pieces, for error messages. */
export class TextTail {
  private text = '';
  private readonly linesMax: number;

  constructor(linesMax = 40) {
    this.linesMax = linesMax;
  }

  push(piece: string): void {
    this.text = this.lastLines(this.text + piece);
  }

  /** Indented, ready to stand below a sentence; says so where nothing was printed. */
  lines(): string {
    const text = this.text.trimEnd();
    return text === '' ? '    (it printed nothing)' : text.replace(/^/gm, '    ');
  }

  private lastLines(text: string): string {
    // One line more than wanted: the last one may still be unfinished.
    return text
      .split('\n')
      .slice(-this.linesMax - 1)
      .join('\n');
  }
}
