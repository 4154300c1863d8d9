/** At most the first `charsMax` UTF-16 units of the text, never ending in half a character. */
export function cutText(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const isHalf = (text.charCodeAt(charsMax - 1) & 0xfc00) === 0xd800;
  return text.slice(0, isHalf ? charsMax - 1 : charsMax);
}
