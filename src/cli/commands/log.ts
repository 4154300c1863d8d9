import {displayPath} from '../../domain/path.ts';
import type {Log, LoggedCommit} from '../../read/read-log.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {escapeText} from '../../util/escape-text.ts';
import {type Call, parseCount, REF, verb} from './define-command.ts';

const SHORT_OID = 10;
/** Of each commit, unless more are asked for: one may have changed a hundred thousand. */
const PATHS_MAX = 1000;

interface LogOptions {
  readonly ref?: string;
  readonly limit?: number;
  readonly paths: number;
}

export const register = verb(
  'log [path]',
  'list the commits of a branch, a tag or a commit, or of one path there',
)
  .addOption(REF)
  .option('-n, --limit <n>', 'at most so many commits (default: all)', parseCount)
  .option('--paths <n>', 'with --json, at most so many paths of each commit', parseCount, PATHS_MAX)
  .run(async ({output, read}: Call, path: string | undefined, {ref, limit, paths}: LogOptions) => {
    const {readLog} = await import('../../read/read-log.ts');
    await read(async (reader) => {
      const pathsMax = output.isJson ? paths : 0;
      const {commits, ...head} = await readLog(reader, {path: path ?? '', ref, limit, pathsMax});
      const found = limit === 0 ? commits : assertTouched(commits, head);
      if (output.isJson) return output.jsonList(head, 'commits', found);
      for await (const batch of found) for (const commit of batch) output.line(lineOf(commit));
    });
  });

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

function lineOf({oid, author, subject}: LoggedCommit): string {
  return `${oid.slice(0, SHORT_OID)} ${author.date.slice(0, author.date.indexOf('T'))} ${escapeText(author.name)}: ${escapeText(subject)}`;
}
