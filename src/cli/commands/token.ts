import {stat} from 'node:fs/promises';
import {Option} from 'commander';
import {becomeOwner} from '../../app/ownership/act-as-owner.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {TokenScope} from '../../web/access/token-files.ts';
import {type Call, type Register, verb} from './define-command.ts';

const VERBS: readonly Register[] = [
  verb('create <name> [root]', 'make a token for what `ctr serve [root]` serves; it is shown once')
    .addOption(new Option('--scope <scope>', 'what it allows').choices(['read', 'push']).default('read'))
    .run(async (call: Call, name: string, root: string | undefined, {scope}: {scope: TokenScope}) => {
      const {createToken} = await import('../../web/access/token-files.ts');
      const {context, output} = call;
      const directory = await tokensDirectory(call, root);
      const secret = await createToken(directory, {name, scope, now: context.now()});
      if (output.isJson) return output.json({name, scope, token: secret});
      output.note(`The token ${name} (${scope}). Keep it: it is not shown again.`);
      output.line(secret);
    }),
  verb('list [root]', 'list the tokens, without their secrets').run(
    async (call: Call, root: string | undefined) => {
      const {listTokens} = await import('../../web/access/token-files.ts');
      const tokens = await listTokens(await tokensDirectory(call, root));
      if (call.output.isJson) return call.output.json({tokens});
      for (const {name, scope, createdAt} of tokens)
        call.output.line(`${createdAt.slice(0, 10)} ${scope}  ${name}`);
    },
  ),
  verb('revoke <name> [root]', 'the token opens nothing from now on').run(
    async (call: Call, name: string, root: string | undefined) => {
      const {revokeToken} = await import('../../web/access/token-files.ts');
      await revokeToken(await tokensDirectory(call, root), name);
      call.output.note(`revoked ${name}`);
    },
  ),
];

export const register: Register = (program, ...rest) => {
  const token = program.command('token').description('who may push and read over HTTP: create, list, revoke');
  for (const add of VERBS) add(token, ...rest);
};

async function tokensDirectory({context, common}: Call, root: string | undefined): Promise<string> {
  const {readServeSettings} = await import('../../web/server/serve-settings.ts');
  const {root: served, tokensDirectory: directory} = await readServeSettings(context, common, root);
  if (served.kind === 'directory') await assertDirectory(served.directory);
  // Tokens of root would be closed to the server of the owner.
  if (directory !== undefined && served.kind !== 'index') {
    becomeOwner(served.kind === 'repository' ? served.gitDir : served.directory);
  }
  if (directory !== undefined) return directory;
  throw new CtrError('USAGE', 'no repository is named, and no directory of repositories', {
    hint: 'Name what `ctr serve` serves, or set ctr.serve.tokens (CTR_SERVE_TOKENS).',
  });
}

/** A name that is mistyped gets no directories. */
async function assertDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new CtrError('USAGE', `there is no directory ${path}`, {
    hint: 'Name a repository, or the directory of repositories that `ctr serve` serves.',
  });
}
