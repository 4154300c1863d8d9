import {commitTest, logExpression} from '../../domain/commit-match.ts';
import {parseMoment} from '../../domain/parse-moment.ts';
import {displayPath} from '../../domain/path.ts';
import type {Log} from '../../read/read-log.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {commitLine, noteNotCompared} from '../render/render-commits.ts';
import {type Call, parseCount, REF, verb} from './define-command.ts';

/** Of each commit, unless more are asked for: one may have changed a hundred thousand. */
const PATHS_MAX = 1000;

const DATES = '2026-01-31, 2026-01-31T12:00+01:00 (UTC without an offset), `2 weeks ago`, `yesterday`';

interface LogOptions {
  readonly ref?: string;
  readonly author?: readonly string[];
  readonly grep?: readonly string[];
  readonly allMatch?: true;
  readonly S?: string;
  readonly since?: string;
  readonly until?: string;
  readonly skip: number;
  readonly limit?: number;
  readonly paths: number;
}

export const register = verb(
  'log [path]',
  'list the commits of a branch, a tag or a commit, or of one path there',
)
  .addOption(REF)
  .option(
    '--author <text>',
    'only commits whose author, as `name <email>`, has this text in any case; several mean any of them',
    collect,
  )
  .option(
    '--grep <text>',
    'only commits whose message has this text in any case; several mean any of them',
    collect,
  )
  .option('--all-match', 'with several --grep: only commits whose message has all of them')
  .option('-S <text>', 'only commits that bring or take away this text: that change how often a file has it')
  .option('--since <date>', `only commits from then on, by the committer's time: ${DATES}`)
  .option('--until <date>', 'only commits until then; a date without a time is the whole day')
  .option('--skip <n>', 'leave out the first n of these commits', parseCount, 0)
  .option('-n, --limit <n>', 'at most so many commits (default: all)', parseCount)
  .option('--paths <n>', 'with --json, at most so many paths of each commit', parseCount, PATHS_MAX)
  .run(async ({context, output, read}: Call, path: string | undefined, options: LogOptions) => {
    const {readLog} = await import('../../read/read-log.ts');
    const {ref, limit, skip, author, grep, allMatch, S: text} = options;
    const now = context.now();
    const wanted = {
      expression: logExpression({authors: author, messages: grep, isAllMatch: allMatch}),
      sinceSeconds: momentOf(options.since, {now}),
      untilSeconds: momentOf(options.until, {now, isEnd: true}),
    };
    await read(async (reader) => {
      const pathsMax = output.isJson ? options.paths : 0;
      const {commits, ...head} = await readLog(reader, {
        ...wanted,
        path: path ?? '',
        ref,
        skip,
        limit,
        pathsMax,
        changedText:
          text === undefined ? undefined : {text, isCaseSensitive: true, now: () => performance.now()},
      });
      const isFiltered = text !== undefined || commitTest(wanted) !== undefined;
      const mayBeEmpty = limit === 0 || skip > 0 || isFiltered;
      const found = mayBeEmpty ? commits : assertTouched(commits, head);
      if (output.isJson) return output.jsonList(head, 'commits', found);
      for await (const batch of found) for (const commit of batch) output.line(commitLine(commit));
      noteNotCompared(head.notSearchable, output);
    });
  });

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** @throws USAGE */
function momentOf(text: string | undefined, options: {now: Date; isEnd?: boolean}): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseMoment(text, options);
  if (seconds !== undefined) return seconds;
  throw new CtrError('USAGE', `${JSON.stringify(text)} is not a date`, {hint: `Dates are such as ${DATES}.`});
}

/** The same commits. @throws NOT_FOUND where there is none: nothing was ever at the path. */
async function* assertTouched(
  commits: Log['commits'],
  {ref, commit, path}: Pick<Log, 'ref' | 'commit' | 'path'>,
): Log['commits'] {
  let isTouched = false;
  for await (const batch of commits) {
    isTouched ||= batch.length > 0;
    yield batch;
  }
  if (isTouched || path === '') return;
  throw new CtrError('NOT_FOUND', `no commit of ${ref ?? commit} touches ${displayPath(path)}`, {
    hint: '`ctr where <path>` tells which branches and tags have it.',
    data: {path, revision: ref ?? commit},
  });
}
