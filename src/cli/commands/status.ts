import {type Call, verb} from './define-command.ts';

const EXIT_PROBLEMS = 1;

export const register = verb('status', 'how far the index is, and why')
  .option('--exit-code', 'exit with 1 where something is not as it should be, for scripts')
  .run(async ({context, common, output, exit, openRepository}: Call, {exitCode}: {exitCode?: true}) => {
    const {readStatus} = await import('../../app/status/read-status.ts');
    const {renderStatus} = await import('../render/render-status.ts');
    const status = await readStatus(await openRepository(), context);
    if (output.isJson) output.json(status);
    else renderStatus(status, output, {isVerbose: common.verbose});
    if (exitCode && status.problems.length > 0) exit(EXIT_PROBLEMS);
  });
