import {escapeText} from './escape-text.ts';

/** As it can be pasted into a shell. */
export function quoteForShell(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${escapeText(word.replaceAll("'", "'\\''"))}'`;
}
