import {displayPath} from '../../domain/path.ts';
import type {Place} from '../../read/find-where.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Call, parsePositive, verb} from './define-command.ts';

const REFS = 10_000;
const SHORT_OID = 10;
const MORE = 'there may be more: see --limit';

interface WhereOptions {
  readonly commit?: string;
  readonly limit: number;
}

export const register = verb(
  'where [path]',
  'list the branches and tags that have a file or a directory, or contain a commit',
)
  .option('--commit <oid>', 'instead of a path: a commit, by its oid or a unique prefix of it')
  .option('-n, --limit <n>', 'look at so many branches and tags', parsePositive, REFS)
  .run(async (call: Call, path: string | undefined, {commit, limit: refsMax}: WhereOptions) => {
    if (path !== undefined && commit === undefined) return showPath(call, {path, refsMax});
    if (path === undefined && commit !== undefined) return showCommit(call, {oid: commit, refsMax});
    throw new CtrError('USAGE', 'give either a path or --commit <oid>');
  });

async function showPath(
  {output, read}: Call,
  wanted: {readonly path: string; readonly refsMax: number},
): Promise<void> {
  const {findWhere} = await import('../../read/find-where.ts');
  const {path, places, isComplete} = await read((reader) => findWhere(reader, wanted));
  if (places.length === 0) throw nowhere(path, isComplete);
  if (output.isJson) {
    const shown = places.map(({ref, commit, entry}) => ({ref, commit, oid: entry?.oid ?? null}));
    return output.json({path, places: shown, isComplete});
  }
  for (const place of places) output.line(lineOf(place));
  if (!isComplete) output.note(MORE);
}

async function showCommit(
  {output, read}: Call,
  wanted: {readonly oid: string; readonly refsMax: number},
): Promise<void> {
  const {findContaining} = await import('../../read/find-containing.ts');
  const found = await read((reader) => findContaining(reader, wanted));
  if (output.isJson) return output.json(found);
  for (const {ref, commit} of found.places)
    output.line(`${displayPath(ref)} at ${commit.slice(0, SHORT_OID)}`);
  if (!found.isComplete) output.note(MORE);
}

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
