import {stat} from 'node:fs/promises';
import {Option} from 'commander';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import {becomeOwner} from '../../app/ownership/act-as-owner.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {TokenScope} from '../../web/access/token-files.ts';
import {openOutput} from '../render/output.ts';
import {commonOptions, defineCommand, type Register} from './define-command.ts';

export const register: Register = (program, context) => {
  const token = program.command('token').description('who may push and read over HTTP: create, list, revoke');
  defineCommand(
    token,
    'create <name> [root]',
    'make a token for what `ctr serve [root]` serves; it is shown once',
  )
    .addOption(new Option('--scope <scope>', 'what it allows').choices(['read', 'push']).default('read'))
    .action(async (name: string, root: string | undefined, {scope}: {scope: TokenScope}, command) => {
      const {createToken} = await import('../../web/access/token-files.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const directory = await tokensDirectory(context, common, root);
      const secret = await createToken(directory, {name, scope, now: context.now()});
      if (output.isJson) return output.json({name, scope, token: secret});
      output.note(`The token ${name} (${scope}). Keep it: it is not shown again.`);
      output.line(secret);
    });
  defineCommand(token, 'list [root]', 'list the tokens, without their secrets').action(
    async (root: string | undefined, _options: unknown, command) => {
      const {listTokens} = await import('../../web/access/token-files.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const tokens = await listTokens(await tokensDirectory(context, common, root));
      if (output.isJson) return output.json({tokens});
      for (const {name, scope, createdAt} of tokens)
        output.line(`${createdAt.slice(0, 10)} ${scope}  ${name}`);
    },
  );
  defineCommand(token, 'revoke <name> [root]', 'the token opens nothing from now on').action(
    async (name: string, root: string | undefined, _options: unknown, command) => {
      const {revokeToken} = await import('../../web/access/token-files.ts');
      const common = commonOptions(command);
      await revokeToken(await tokensDirectory(context, common, root), name);
      openOutput(context, common).note(`revoked ${name}`);
    },
  );
};

async function tokensDirectory(
  context: AppContext,
  common: CommonOptions,
  root: string | undefined,
): Promise<string> {
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
