import {openRepositoryWorkspace} from '../context.ts';
import {openOutput} from '../output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  defineCommand(program, 'status', 'how far the index is, and why').action(
    async (_options: unknown, command) => {
      const {readStatus} = await import('../read-status.ts');
      const {renderStatus} = await import('../render/render-status.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const status = await readStatus(await openRepositoryWorkspace(context, common));
      if (output.isJson) output.json(status);
      else renderStatus(status, output, {isVerbose: common.verbose});
    },
  );
};
