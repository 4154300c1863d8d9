import {displayPath} from '../../domain/path.ts';
import type {Place} from '../../read/find-where.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openWorkspace, withReader} from '../context.ts';
import {openOutput} from '../output.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const REFS = 10_000;
const SHORT_OID = 10;

export const register: Register = (program, context) => {
  defineCommand(program, 'where <path>', 'list the branches and tags that have a file or a directory')
    .option('-n, --limit <n>', 'look at so many branches and tags', parseCount, REFS)
    .action(async (given: string, options: {limit: number}, command) => {
      const {findWhere} = await import('../../read/find-where.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      await withReader(await openWorkspace(context, common), async (reader) => {
        const {path, places, isComplete} = await findWhere(reader, {path: given, refsMax: options.limit});
        if (places.length === 0) throw nowhere(path);
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

function nowhere(path: string): CtrError {
  return new CtrError('NOT_FOUND', `no branch and no tag has ${displayPath(path)}`, {
    hint: '`ctr log <path>` tells whether the branch had it once; `ctr sync` brings the index up to date.',
  });
}
