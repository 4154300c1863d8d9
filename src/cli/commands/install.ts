import type {AppContext, CommonOptions} from '../../app/context.ts';
import type {InstallOptions} from '../../app/install/install-repository.ts';
import {openOutput} from '../render/output.ts';
import {waitAtMost} from '../render/wait-at-most.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

const LOCK_WAIT_SECONDS = 600;

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'install [dir.git]', 'put the hook in place and import everything')
    .option('--dry-run', 'only say what would be indexed', false)
    .option('--no-import', 'leave the import to the next push or `ctr sync`')
    .option(
      '--save-secrets',
      'keep the secrets of the environment in a file of mode 0600, for the hook',
      false,
    )
    .action(async (dir: string | undefined, options: InstallOptions, command) => {
      const common = commonOptions(command);
      exit(await install(context, {...common, repo: dir ?? common.repo}, options));
    });
};

/** Installs, and shows it. Returns the exit code. */
export async function install(
  context: AppContext,
  common: CommonOptions,
  options: InstallOptions,
): Promise<number> {
  const {installRepository} = await import('../../app/install/install-repository.ts');
  const {openInstallRenderer} = await import('../render/render-install.ts');
  const output = openOutput(context, common);
  return installRepository(context, common, {
    ...options,
    lock: waitAtMost(LOCK_WAIT_SECONDS, output),
    onEvent: openInstallRenderer(context, common, output),
  });
}
