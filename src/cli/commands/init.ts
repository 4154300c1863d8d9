import {resolveNamed} from '../../app/workspace/resolve-named.ts';
import {type Call, verb} from './define-command.ts';
import {install, SAVE_SECRETS} from './install.ts';

export const register = verb('init <dir.git>', 'create a bare repository, then do what install does')
  .option('--from <repo>', 'mirror this repository (a path or a URL)')
  .addOption(SAVE_SECRETS)
  .run(async (call: Call, dir: string, options: {from?: string; saveSecrets?: true}) => {
    const {createRepository} = await import('../../git/create-repository.ts');
    const {cwd} = call.context;
    const target = resolveNamed(cwd, dir);
    await createRepository(target, {from: options.from, cwd});
    call.output.note(`created ${target}`);
    await install(call, target, {...options, import: true});
  });
