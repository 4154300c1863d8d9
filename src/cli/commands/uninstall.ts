import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

const EXIT_BACKEND = 4;

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'uninstall [dir.git]', 'take the hook out again')
    .option('--purge', 'also drop everything that was indexed, and the settings', false)
    .action(async (dir: string | undefined, {purge}: {purge: boolean}, command) => {
      const {uninstallRepository} = await import('../../app/install/uninstall-repository.ts');
      const {renderUninstall} = await import('../render/render-uninstall.ts');
      const common = commonOptions(command);
      const workspace = await openRepositoryWorkspace(context, {...common, repo: dir ?? common.repo});
      const report = await uninstallRepository(workspace, {isPurge: purge});
      renderUninstall(report, openOutput(context, common));
      if (report.stores.some(({state}) => state === 'unreachable')) exit(EXIT_BACKEND);
    });
};
