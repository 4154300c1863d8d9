import {Option} from 'commander';
import type {InstallOptions} from '../../app/install/install-repository.ts';
import {type Call, verb} from './define-command.ts';

const LOCK_WAIT_SECONDS = 600;

export const SAVE_SECRETS = new Option(
  '--save-secrets',
  'keep the secrets of the environment in a file of mode 0600, for the hook',
);

export const register = verb('install [dir.git]', 'put the hook in place and import everything')
  .option('--dry-run', 'only say what would be indexed')
  .option('--no-import', 'leave the import to the next push or `ctr sync`')
  .addOption(SAVE_SECRETS)
  .run((call: Call, dir: string | undefined, options: InstallOptions) =>
    install(call, dir ?? call.common.repo, options),
  );

/** Installs, and shows it. */
export async function install(
  {context, common, output, exit, waitAtMost}: Call,
  repo: string | undefined,
  options: InstallOptions,
): Promise<void> {
  const {installRepository} = await import('../../app/install/install-repository.ts');
  const {openInstallRenderer} = await import('../render/render-install.ts');
  const lock = waitAtMost(LOCK_WAIT_SECONDS);
  const onEvent = openInstallRenderer(output);
  exit(await installRepository(context, {...common, repo}, {...options, lock, onEvent}));
}
