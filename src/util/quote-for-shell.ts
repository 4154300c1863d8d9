import {escapeText} from './escape-text.ts';

/** The word, quoted so that it can be pasted into a shell. */
export function quoteForShell(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${escapeText(word.replaceAll("'", "'\\''"))}'`;
}
