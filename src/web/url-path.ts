import {decodePath} from '../domain/path.ts';

/** The path or name whose bytes are percent-encoded in `encoded`, which is ASCII. */
export function decodePercent(encoded: string): string {
  const latin1 = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodePath(Buffer.from(latin1, 'latin1'));
}

/**
 * The path or name that percent-encoded text of a URL stands for, as the index spells it.
 *
 * Both spellings of a byte that is not UTF-8 are understood: the byte itself (`caf%E9`), and the character that stands
 * for it in our JSON (U+EFE9, `caf%EE%BF%A9`), so that `encodeURIComponent` of a path from an answer always leads back.
 */
export function decodeUrlPath(encoded: string): string {
  // Escapes that came as characters were escaped once more, byte by byte: three for each.
  return decodePercent(encoded).replace(
    /\uefee([\uefbe\uefbf])([\uef80-\uefbf])/g,
    (_, second: string, third: string) =>
      String.fromCharCode(0xe000 | ((second.charCodeAt(0) & 0x3f) << 6) | (third.charCodeAt(0) & 0x3f)),
  );
}

/**
 * The parameters of a URL's query, in their order, decoded like paths: `URLSearchParams` loses what is not UTF-8.
 * `search` begins with the question mark, or is empty.
 */
export function parseUrlQuery(search: string): [name: string, value: string][] {
  const pairs = search.slice(1).split('&').filter(Boolean);
  return pairs.map((pair) => {
    const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
    return [decodeUrlPath(name), decodeUrlPath(value.join('='))];
  });
}
