import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {displayPath} from '../../domain/path.ts';
import type {Place} from '../../read/find-where.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, parsePositive, type Register} from './define-command.ts';

const REFS = 10_000;
const SHORT_OID = 10;

export const register: Register = (program, context) => {
  defineCommand(program, 'where <path>', 'list the branches and tags that have a file or a directory')
    .option('-n, --limit <n>', 'look at so many branches and tags', parsePositive, REFS)
    .action(async (given: string, options: {limit: number}, command) => {
      const {findWhere} = await import('../../read/find-where.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      await withReader(await openWorkspace(context, common), async (reader) => {
        const {path, places, isComplete} = await findWhere(reader, {path: given, refsMax: options.limit});
        if (places.length === 0) throw nowhere(path, isComplete);
        if (output.isJson) {
          const shown = places.map(({ref, commit, entry}) => ({ref, commit, oid: entry?.oid ?? null}));
          output.json({path, places: shown, isComplete});
          return;
        }
        for (const place of places) output.line(lineOf(place));
        if (!isComplete) output.note('there may be more: see --limit');
      });
    });
};

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
