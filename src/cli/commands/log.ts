import {withReader} from '../../app/stores/with-stores.ts';
import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {displayPath} from '../../domain/path.ts';
import type {Log, LoggedCommit} from '../../read/read-log.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {escapeText} from '../../util/escape-text.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const SHORT_OID = 10;
/** Of each commit, unless more are asked for: one may have changed a hundred thousand. */
const PATHS_MAX = 1000;

interface LogOptions {
  readonly ref?: string;
  readonly limit?: number;
  readonly paths: number;
}

export const register: Register = (program, context) => {
  defineCommand(
    program,
    'log [path]',
    'list the commits of a branch, a tag or a commit, or of one path there',
  )
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)')
    .option('-n, --limit <n>', 'at most so many commits (default: all)', parseCount)
    .option('--paths <n>', 'with --json, at most so many paths of each commit', parseCount, PATHS_MAX)
    .action(async (path: string | undefined, options: LogOptions, command) => {
      const {readLog} = await import('../../read/read-log.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      await withReader(await openWorkspace(context, common), async (reader) => {
        const {commits, ...head} = await readLog(reader, {
          path: path ?? '',
          ref: options.ref,
          limit: options.limit,
          pathsMax: output.isJson ? options.paths : 0,
        });
        const found = options.limit === 0 ? commits : assertTouched(commits, head);
        if (output.isJson) return output.jsonList(head, 'commits', found);
        for await (const batch of found) for (const commit of batch) output.line(lineOf(commit));
      });
    });
};

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
