import {type Call, verb} from './define-command.ts';

const EXIT_BACKEND = 4;

export const register = verb('uninstall [dir.git]', 'take the hook out again')
  .option('--purge', 'also drop everything that was indexed, and the settings')
  .run(async ({output, exit, openRepository}: Call, dir: string | undefined, {purge}: {purge?: true}) => {
    const {uninstallRepository} = await import('../../app/install/uninstall-repository.ts');
    const {renderUninstall} = await import('../render/render-uninstall.ts');
    const report = await uninstallRepository(await openRepository(dir), {isPurge: purge === true});
    renderUninstall(report, output);
    if (report.stores.some(({state}) => state === 'unreachable')) exit(EXIT_BACKEND);
  });
