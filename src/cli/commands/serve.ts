import type {SettingKey} from '../../config/settings.ts';
import type {CommonOptions} from '../context.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

interface ServeOptions {
  readonly listen?: string;
  readonly basePath?: string;
  readonly readTokenRequired?: true;
}

export const register: Register = (program, context) => {
  defineCommand(program, 'serve [root]', 'show a repository, or those below a directory, over HTTP')
    .option('--listen <host:port>', 'where to listen (default: ctr.serve.listen)')
    .option('--base-path <path>', 'path under which a proxy shows the server (default: ctr.serve.basePath)')
    .option(
      '--read-token-required',
      'ask for a token for reading, too (default: ctr.serve.readTokenRequired)',
    )
    .action(async (root: string | undefined, options: ServeOptions, command) => {
      const {runServer} = await import('../serve/run-server.ts');
      await runServer(context, withServeFlags(commonOptions(command), options), root);
    });
};

/** The short names that `serve` has for its settings. */
function withServeFlags(
  common: CommonOptions,
  {listen, basePath, readTokenRequired}: ServeOptions,
): CommonOptions {
  const short: [SettingKey, string | undefined][] = [
    ['ctr.serve.listen', listen],
    ['ctr.serve.basePath', basePath],
    ['ctr.serve.readTokenRequired', readTokenRequired && 'true'],
  ];
  const given = short.flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]] as const]));
  return {...common, flags: new Map([...common.flags, ...given])};
}
