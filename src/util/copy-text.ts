/**
 * The same text in memory of its own. V8's substrings refer to the string that they were cut from (sliced strings), and
 * so keep all of it in memory.
 */
export function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
