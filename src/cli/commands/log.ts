import type {LoggedCommit} from '../../read/read-log.ts';
import {escapeText} from '../../util/escape-text.ts';
import {openWorkspace, withReader} from '../context.ts';
import {openOutput} from '../output.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const SHORT_OID = 10;

export const register: Register = (program, context) => {
  defineCommand(
    program,
    'log [path]',
    'list the commits of a branch, a tag or a commit, or of one path there',
  )
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default: HEAD)')
    .option('-n, --limit <n>', 'at most so many commits (default: all)', parseCount)
    .action(async (path: string | undefined, options: {ref?: string; limit?: number}, command) => {
      const {readLog} = await import('../../read/read-log.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      await withReader(await openWorkspace(context, common), async (reader) => {
        const {commits, ...head} = await readLog(reader, {
          path: path ?? '',
          ref: options.ref,
          limit: options.limit,
        });
        if (output.isJson) return output.json({...head, commits: (await Array.fromAsync(commits)).flat()});
        for await (const batch of commits) for (const commit of batch) output.line(lineOf(commit));
      });
    });
};

function lineOf({oid, author, subject}: LoggedCommit): string {
  return `${oid.slice(0, SHORT_OID)} ${author.date.slice(0, 10)} ${escapeText(author.name)}: ${escapeText(subject)}`;
}
