import {openRepositoryWorkspace} from '../context.ts';
import {openOutput} from '../output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  defineCommand(program, 'uninstall [dir.git]', 'take the hook out again')
    .option('--purge', 'also drop everything that was indexed, and the settings', false)
    .action(async (dir: string | undefined, {purge}: {purge: boolean}, command) => {
      const {uninstallRepository} = await import('../uninstall-repository.ts');
      const common = commonOptions(command);
      const workspace = await openRepositoryWorkspace(context, {...common, repo: dir ?? common.repo});
      await uninstallRepository(workspace, {isPurge: purge});
      openOutput(context, common).note(
        purge ? 'ctr is gone from this repository' : 'the hook is out; the index is kept',
      );
    });
};
