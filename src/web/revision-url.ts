import type {RevisionName} from '../read/resolve-revision.ts';

/** One way to read the part of a URL behind the repository. */
export interface Reading<Word extends string = string> {
  readonly revision: RevisionName;
  /** The requested part of the revision. */
  readonly word: Word;
  readonly path: string;
}

/** Git's own limit on a ref's name lets few more be; a longer name is written with its slashes as %2F. */
const READINGS_MAX = 32;

/**
 * Each way to read decoded segments of a URL as `[<name>/]<word>/<path>`, the longest name first; none where they ask
 * for nothing that there is. HEAD has no name and the name of a commit has no slash, so that there is one way. A ref's
 * name may go on behind a word: at most 32 ways, those with the shortest names. Without a word, `root` is asked for.
 */
export function readingsOf<Word extends string>(
  family: RevisionName['family'],
  segments: readonly string[],
  {words, root}: {readonly words: readonly Word[]; readonly root: Word},
): Reading<Word>[] {
  const least = family === 'head' ? 0 : 1;
  const most = family === 'head' || family === 'commit' ? least : segments.length;
  const readings: Reading<Word>[] = [];
  for (let length = least; length <= most && readings.length < READINGS_MAX; length++) {
    const name = segments.slice(0, length).join('/');
    const word = words.find((known) => known === (segments[length] ?? root));
    if (word === undefined || (family !== 'head' && name === '')) continue;
    const revision = family === 'head' ? {family} : {family, name};
    readings.unshift({revision, word, path: segments.slice(length + 1).join('/')});
  }
  return readings;
}
