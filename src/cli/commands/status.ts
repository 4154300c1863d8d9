import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

const EXIT_PROBLEMS = 1;

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'status', 'how far the index is, and why')
    .option('--exit-code', 'exit with 1 where something is not as it should be, for scripts', false)
    .action(async (options: {exitCode: boolean}, command) => {
      const {readStatus} = await import('../../app/status/read-status.ts');
      const {renderStatus} = await import('../render/render-status.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const status = await readStatus(await openRepositoryWorkspace(context, common), context);
      if (output.isJson) output.json(status);
      else renderStatus(status, output, {isVerbose: common.verbose});
      if (options.exitCode && status.problems.length > 0) exit(EXIT_PROBLEMS);
    });
};
