import {corruptIndex} from '../../domain/corrupt-index.ts';
import type {Value} from './database.ts';

/** Parses the JSON of a column. @throws INDEX_CORRUPT if it is invalid. */
export function parseStored<T>(json: Value | undefined): T {
  try {
    return JSON.parse(json as string) as T;
  } catch (cause) {
    throw corruptIndex('a row holds something else than JSON', {cause});
  }
}
