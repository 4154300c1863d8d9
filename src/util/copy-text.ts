/**
 * The same text in memory of its own. A piece that was cut out of a string keeps the whole string alive for as long as
 * it lives itself (V8's sliced strings).
 */
export function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
