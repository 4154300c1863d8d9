import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {waitAtMost} from '../render/wait-at-most.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const WAIT_SECONDS = 600;

export const register: Register = (program, context, exit) => {
  defineCommand(
    program,
    'reindex',
    'build the whole index again next to the old one, without a gap for readers',
  )
    .option('--wait <seconds>', 'how long to wait at the end for a sync that runs', parseCount, WAIT_SECONDS)
    .action(async ({wait}: {wait: number}, command) => {
      const {runReindex} = await import('../../app/run-reindex.ts');
      const {exitCodeOf} = await import('../../app/sync/run-sync.ts');
      const {openReindexRenderer} = await import('../render/render-reindex.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const renderer = openReindexRenderer(context, output, {isQuiet: common.quiet});
      const summary = await runReindex(context, await openRepositoryWorkspace(context, common), {
        ...waitAtMost(wait, output),
        onEvent: (event) => renderer.show(event),
      });
      exit(exitCodeOf(summary));
    });
};
