/** So many sequences of several bytes are right for each byte that is wrong. Other encodings have few of them, by chance. */
const RIGHT_PER_WRONG = 2;
/** Of the bytes, so many are looked at. */
const EVIDENCE_BYTES = 256 * 1024;

/**
 * True if the bytes begin with UTF-8's byte order mark, or are UTF-8 but for some bytes: a text with a stray byte, not
 * one in another encoding. Bytes that are ASCII are neither right nor wrong.
 */
export function isMostlyUtf8(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return true;
  let right = 0;
  let wrong = 0;
  const end = Math.min(bytes.length, EVIDENCE_BYTES);
  for (let at = 0; at < end; ) {
    const length = bytes[at]! < 0x80 ? 1 : sequenceLength(bytes, at);
    if (length > 1) right++;
    else if (length === 0) wrong++;
    at += length || 1;
  }
  return right > 0 && right >= RIGHT_PER_WRONG * wrong;
}

/** The length of the sequence of several bytes that begins here; 0 if none does. Source: the Unicode Standard, table 3-7. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const [first, second = 0] = [bytes[at]!, bytes[at + 1]];
  const length = first >= 0xf5 || first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || second < lowest || second > highest) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i] ?? 0) >> 6 !== 0b10) return 0;
  return length;
}
