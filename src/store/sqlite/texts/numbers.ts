import {ByteReader} from './byte-reader.ts';
import {ByteWriter} from './byte-writer.ts';

/** Numbers below 2^31 in any order, as differences, a byte each where they are close to each other. */
export function encodeNumbers(numbers: Iterable<number>): Uint8Array {
  const writer = new ByteWriter();
  let before = 0;
  for (const number of numbers) {
    const difference = number - before;
    writer.putVarint(((difference << 1) ^ (difference >> 31)) >>> 0);
    before = number;
  }
  return writer.bytes();
}

/** @throws INDEX_CORRUPT where `encodeNumbers` has not written it. */
export function decodeNumbers(bytes: Uint8Array): Int32Array {
  const numbers = new Int32Array(bytes.length);
  const reader = new ByteReader(bytes);
  let count = 0;
  let before = 0;
  while (reader.hasMore) {
    const coded = reader.varint();
    before += (coded >>> 1) ^ -(coded & 1);
    numbers[count++] = before;
  }
  return numbers.slice(0, count);
}
