import type {TrigramQuery} from '../../../../domain/query/trigrams.ts';
import type {Database} from '../../database.ts';
import type {CodedOrdinals, Find} from './posting-code.ts';
import {findPosting, listSegments} from './segment-pages.ts';
import {tailOf} from './tail.ts';
import {trigramKeys} from './trigram-keys.ts';

/** Of many trigrams the rarest decide; more of them take away little. */
const POSTINGS_MAX = 8;
/** So few candidates are tried as they are. */
const FEW = 4;

/** The runs that may have what is wanted, or `any` where nothing can be told. */
export function findRuns(db: Database, wanted: TrigramQuery): readonly number[] | 'any' {
  // Not a matter of the runs.
  if (findOrdinals(() => undefined, wanted) === 'any') return 'any';
  const found = (runs: ArrayLike<number>, find: Find) =>
    Array.from(findOrdinals(find, wanted) as Uint32Array, (ordinal) => runs[ordinal]!);
  const tail = tailOf(db);
  return [
    ...listSegments(db).flatMap((segment) => found(segment.runs, (key) => findPosting(db, segment, key))),
    ...(tail.find ? found(tail.runs, tail.find) : tail.runs),
  ];
}

/** `any` where nothing can be told. */
function findOrdinals(find: Find, wanted: TrigramQuery): Uint32Array | 'any' {
  if (wanted === 'anything') return 'any';
  if (typeof wanted === 'string') return findText(find, wanted);
  if ('any' in wanted) {
    const found = wanted.any.map((part) => findOrdinals(find, part));
    if (found.includes('any')) return 'any';
    return Uint32Array.from(new Set((found as Uint32Array[]).flatMap((ordinals) => [...ordinals]))).sort();
  }
  const texts = wanted.all.filter((part) => typeof part === 'string' && part !== 'anything') as string[];
  const found = [
    findTexts(find, texts),
    ...wanted.all.filter((part) => typeof part !== 'string').map((part) => findOrdinals(find, part)),
  ];
  const known = found.filter((ordinals) => ordinals !== 'any');
  return known.length === 0 ? 'any' : known.reduce(intersect);
}

function findText(find: Find, text: string): Uint32Array | 'any' {
  return findTexts(find, [text]);
}

/** The runs that have all trigrams of the texts. */
function findTexts(find: Find, texts: readonly string[]): Uint32Array | 'any' {
  const keys = new Set(texts.flatMap(trigramKeys));
  if (keys.size === 0) return 'any';
  const postings: CodedOrdinals[] = [];
  for (const key of keys) {
    const posting = find(key);
    if (!posting) return new Uint32Array();
    postings.push(posting);
  }
  const [rarest, ...others] = postings.sort((a, b) => a.count - b.count);
  let found = rarest!.decode();
  for (const {decode} of others.slice(0, POSTINGS_MAX - 1)) {
    if (found.length <= FEW) break;
    found = intersect(found, decode());
  }
  return found;
}

/** The numbers that both lists have; both ascend. */
function intersect(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both: number[] = [];
  let j = 0;
  for (const number of a) {
    while (j < b.length && b[j]! < number) j++;
    if (b[j] === number) both.push(number);
  }
  return Uint32Array.from(both);
}
