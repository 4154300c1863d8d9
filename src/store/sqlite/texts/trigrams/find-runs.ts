import type {TrigramQuery} from '../../../../domain/query/trigrams.ts';
import type {Database} from '../../database.ts';
import type {CodedOrdinals} from './posting-code.ts';
import {findPosting, listSegments, type StoredSegment} from './segment-pages.ts';
import {trigramKeys} from './trigram-keys.ts';

/** Of many trigrams the rarest decide; more of them take away little. */
const POSTINGS_MAX = 8;
/** So few candidates are tried as they are. */
const FEW = 4;

/** The runs that may have what is wanted, or `any` where nothing can be told. */
export function findRuns(db: Database, wanted: TrigramQuery): readonly number[] | 'any' {
  const runs: number[] = [];
  for (const segment of listSegments(db)) {
    const found = findOrdinals(db, segment, wanted);
    if (found === 'any') return 'any';
    for (const ordinal of found) runs.push(segment.runs[ordinal]!);
  }
  return runs;
}

/** `any` where nothing can be told, which does not depend on the segment. */
function findOrdinals(db: Database, segment: StoredSegment, wanted: TrigramQuery): Uint32Array | 'any' {
  if (wanted === 'anything') return 'any';
  if (typeof wanted === 'string') return findText(db, segment, wanted);
  if ('any' in wanted) {
    const found = wanted.any.map((part) => findOrdinals(db, segment, part));
    if (found.includes('any')) return 'any';
    return Uint32Array.from(new Set((found as Uint32Array[]).flatMap((ordinals) => [...ordinals]))).sort();
  }
  const texts = wanted.all.filter((part) => typeof part === 'string' && part !== 'anything') as string[];
  const found = [
    findTexts(db, segment, texts),
    ...wanted.all.filter((part) => typeof part !== 'string').map((part) => findOrdinals(db, segment, part)),
  ];
  const known = found.filter((ordinals) => ordinals !== 'any');
  return known.length === 0 ? 'any' : known.reduce(intersect);
}

function findText(db: Database, segment: StoredSegment, text: string): Uint32Array | 'any' {
  return findTexts(db, segment, [text]);
}

/** The runs that have all trigrams of the texts. */
function findTexts(db: Database, segment: StoredSegment, texts: readonly string[]): Uint32Array | 'any' {
  const keys = new Set(texts.flatMap(trigramKeys));
  if (keys.size === 0) return 'any';
  const postings: CodedOrdinals[] = [];
  for (const key of keys) {
    const posting = findPosting(db, segment, key);
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
