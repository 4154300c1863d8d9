import {resolveNamed} from '../../app/workspace/resolve-named.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';
import {install} from './install.ts';

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'init <dir.git>', 'create a bare repository, then do what install does')
    .option('--from <repo>', 'mirror this repository (a path or a URL)')
    .option(
      '--save-secrets',
      'keep the secrets of the environment in a file of mode 0600, for the hook',
      false,
    )
    .action(async (dir: string, options: {from?: string; saveSecrets: boolean}, command) => {
      const {createRepository} = await import('../../git/create-repository.ts');
      const common = commonOptions(command);
      const target = resolveNamed(context.cwd, dir);
      await createRepository(target, {from: options.from, cwd: context.cwd});
      openOutput(context, common).note(`created ${target}`);
      exit(await install(context, {...common, repo: target}, {...options, dryRun: false, import: true}));
    });
};
