import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'install [dir.git]', 'put the hook in place and import everything')
    .option('--dry-run', 'only say what would be indexed', false)
    .option('--no-import', 'leave the import to the next push or `ctr sync`')
    .option(
      '--save-secrets',
      'keep the secrets of the environment in a file of mode 0600, for the hook',
      false,
    )
    .action(
      async (
        dir: string | undefined,
        options: {dryRun: boolean; import: boolean; saveSecrets: boolean},
        command,
      ) => {
        const {installRepository} = await import('../install-repository.ts');
        const common = commonOptions(command);
        exit(await installRepository(context, {...common, repo: dir ?? common.repo}, options));
      },
    );
};
