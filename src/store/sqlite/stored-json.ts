import {corruptIndex} from '../../domain/corrupt-index.ts';
import type {Value} from './database.ts';

/** What a column holds as JSON. @throws INDEX_CORRUPT where it is none. */
export function parseStored<T>(json: Value | undefined): T {
  try {
    return JSON.parse(json as string) as T;
  } catch (cause) {
    throw corruptIndex('a row holds something else than JSON', {cause});
  }
}
