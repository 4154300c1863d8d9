import {join} from 'node:path';
import {type Config, readConfig} from '../../config/read-config.ts';
import type {CliContext, CommonOptions} from '../context.ts';
import {resolveSiteRoot, type SiteRoot} from './open-site.ts';

/** What is served, and the settings of the server. */
export interface ServeSettings {
  readonly root: SiteRoot;
  readonly settings: Config['settings'];
  /** Undefined where there is no place for tokens: they need ctr.serve.tokens. */
  readonly tokensDirectory: string | undefined;
}

/** A single repository's configuration counts for its server; of a directory there is none: flags and environment do. */
export async function readServeSettings(
  context: CliContext,
  common: CommonOptions,
  named: string | undefined,
): Promise<ServeSettings> {
  const root = resolveSiteRoot(context, common, named);
  const gitDir = root.kind === 'repository' ? root.gitDir : undefined;
  const {settings} = await readConfig({gitDir, flags: common.flags, env: context.env});
  return {root, settings, tokensDirectory: settings['ctr.serve.tokens'] ?? tokensBeside(root)};
}

/** One set of tokens for everything that a server shows. */
function tokensBeside(root: SiteRoot): string | undefined {
  switch (root.kind) {
    case 'repository':
      return join(root.gitDir, 'ctr', 'tokens');
    case 'directory':
      return join(root.directory, '.ctr-tokens');
    case 'index':
      return undefined;
  }
}
