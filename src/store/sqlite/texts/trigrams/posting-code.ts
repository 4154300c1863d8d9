import type {ByteReader} from '../byte-reader.ts';
import type {ByteWriter} from '../byte-writer.ts';

/** With less than 8 bits that wait, they fit into 31. */
const LOW_MAX = 22;

/**
 * The ordinals of a posting, of a segment of `size` runs: their number; then one as it is; of several, the length of
 * the rest and their gaps in Rice's code. Source: Witten, Moffat, Bell: Managing Gigabytes, 3.3.
 */
export function putOrdinals(writer: ByteWriter, ordinals: Uint32Array, size: number): void {
  writer.putVarint(ordinals.length);
  if (ordinals.length === 1) {
    writer.putVarint(ordinals[0]!);
    return;
  }
  const low = lowBits(ordinals.length, size);
  writer.putVarint(Math.ceil(countBits(ordinals, low) / 8));
  let pending = 0;
  let bits = 0;
  const put = (value: number, count: number) => {
    pending = (pending << count) | value;
    bits += count;
    for (; bits >= 8; bits -= 8) writer.put((pending >>> (bits - 8)) & 0xff);
    pending &= (1 << bits) - 1;
  };
  let before = -1;
  for (const ordinal of ordinals) {
    const gap = ordinal - before - 1;
    before = ordinal;
    // As many ones as the high part says, and a zero.
    let ones = gap >>> low;
    for (; ones >= 8; ones -= 8) put(0xff, 8);
    put(((1 << ones) - 1) << 1, ones + 1);
    if (low > 0) put(gap & ((1 << low) - 1), low);
  }
  if (bits > 0) put(0, 8 - bits);
}

/** A posting that is not decoded yet. */
export interface CodedOrdinals {
  readonly count: number;
  readonly decode: () => Uint32Array;
}

/** The posting of a key among some runs; undefined where none of them has it. */
export type Find = (key: number) => CodedOrdinals | undefined;

/** Moves the reader behind the posting at its place. */
export function skipOrdinals(reader: ByteReader): void {
  if (reader.varint() === 1) reader.varint();
  else reader.take(reader.varint());
}

/** The posting at the reader's place, which is behind it afterwards. */
export function takeOrdinals(reader: ByteReader, size: number): CodedOrdinals {
  const count = reader.varint();
  if (count === 1) {
    const only = reader.varint();
    return {count, decode: () => Uint32Array.of(only)};
  }
  const bytes = reader.take(reader.varint());
  return {count, decode: () => decodeGaps(bytes, count, lowBits(count, size))};
}

function decodeGaps(bytes: Uint8Array, count: number, low: number): Uint32Array {
  const ordinals = new Uint32Array(count);
  let at = 0;
  let byte = 0;
  let left = 0;
  let before = -1;
  for (let i = 0; i < count; i++) {
    let high = 0;
    for (;;) {
      if (left === 0) {
        // Beyond the end: zeros, which end every number.
        byte = bytes[at++] ?? 0;
        left = 8;
      }
      left--;
      if (((byte >> left) & 1) === 0) break;
      high++;
    }
    let gap = high;
    for (let bit = 0; bit < low; bit++) {
      if (left === 0) {
        byte = bytes[at++] ?? 0;
        left = 8;
      }
      left--;
      gap = (gap << 1) | ((byte >> left) & 1);
    }
    before += gap + 1;
    ordinals[i] = before;
  }
  return ordinals;
}

function countBits(ordinals: Uint32Array, low: number): number {
  let bits = ordinals.length * (1 + low);
  let before = -1;
  for (const ordinal of ordinals) {
    bits += (ordinal - before - 1) >>> low;
    before = ordinal;
  }
  return bits;
}

/** How many low bits of a gap are written as they are: best for gaps around their average. */
function lowBits(count: number, size: number): number {
  return Math.min(LOW_MAX, Math.max(0, Math.floor(Math.log2((size * Math.LN2) / count))));
}
