import type {CommonOptions} from '../../app/context.ts';
import type {SettingKey} from '../../config/settings.ts';
import {type Call, verb} from './define-command.ts';

interface ServeOptions {
  readonly listen?: string;
  readonly basePath?: string;
  readonly readTokenRequired?: true;
}

export const register = verb('serve [root]', 'show a repository, or those below a directory, over HTTP')
  .option('--listen <host:port>', 'where to listen (default: ctr.serve.listen)')
  .option('--base-path <path>', 'path under which a proxy shows the server (default: ctr.serve.basePath)')
  .option('--read-token-required', 'ask for a token for reading, too (default: ctr.serve.readTokenRequired)')
  .run(async ({context, common, output}: Call, named: string | undefined, options: ServeOptions) => {
    const {runServer} = await import('../../web/server/run-server.ts');
    const onListening = (url: string) => (output.isJson ? output.json({url}) : output.line(url));
    await runServer(context, withServeFlags(common, options), {named, onListening});
  });

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
