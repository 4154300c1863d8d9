import type {CommonOptions} from '../../app/context.ts';
import type {SettingKey} from '../../config/settings.ts';
import {openOutput} from '../render/output.ts';
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
      const {runServer} = await import('../../web/server/run-server.ts');
      const common = withServeFlags(commonOptions(command), options);
      const output = openOutput(context, common);
      const onListening = (url: string) => (output.isJson ? output.json({url}) : output.line(url));
      await runServer(context, common, {named: root, onListening});
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
