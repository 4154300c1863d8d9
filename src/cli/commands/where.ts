import {displayPath} from '../../domain/path.ts';
import type {Place} from '../../read/find-where.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Call, parsePositive, verb} from './define-command.ts';

const REFS = 10_000;
const SHORT_OID = 10;

export const register = verb('where <path>', 'list the branches and tags that have a file or a directory')
  .option('-n, --limit <n>', 'look at so many branches and tags', parsePositive, REFS)
  .run(async ({output, read}: Call, given: string, {limit: refsMax}: {limit: number}) => {
    const {findWhere} = await import('../../read/find-where.ts');
    const {path, places, isComplete} = await read((reader) => findWhere(reader, {path: given, refsMax}));
    if (places.length === 0) throw nowhere(path, isComplete);
    if (output.isJson) {
      const shown = places.map(({ref, commit, entry}) => ({ref, commit, oid: entry?.oid ?? null}));
      return output.json({path, places: shown, isComplete});
    }
    for (const place of places) output.line(lineOf(place));
    if (!isComplete) output.note('there may be more: see --limit');
  });

function lineOf({ref, commit, entry}: Place): string {
  const what = entry === null ? 'directory' : entry.oid.slice(0, SHORT_OID);
  return `${what.padEnd(SHORT_OID)} ${displayPath(ref)} at ${commit.slice(0, SHORT_OID)}`;
}

function nowhere(path: string, isComplete: boolean): CtrError {
  const all =
    '`ctr log <path>` tells whether the branch had it once; `ctr sync` brings the index up to date.';
  return new CtrError(
    'NOT_FOUND',
    `no branch and no tag${isComplete ? '' : ' that was looked at'} has ${displayPath(path)}`,
    {hint: isComplete ? all : 'Not all were looked at: see --limit.'},
  );
}
