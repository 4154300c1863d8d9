import {join} from 'node:path';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import {resolveSiteRoot, type SiteRoot} from '../../app/site/open-site.ts';
import {type Config, readConfig} from '../../config/read-config.ts';
import type {AppOptions} from '../app-options.ts';
import type {GitProcesses} from '../git-http/git-processes.ts';
import type {LogLine} from '../operation/operation-options.ts';

/** The root and the settings of the server. */
export interface ServeSettings {
  /** As it was given. */
  readonly named: string | undefined;
  readonly root: SiteRoot;
  readonly settings: Config['settings'];
  /** Undefined where there is no place for tokens: they need ctr.serve.tokens. */
  readonly tokensDirectory: string | undefined;
}

/** A single repository's configuration counts for its server; of a directory there is none: flags and environment do. */
export async function readServeSettings(
  context: AppContext,
  common: CommonOptions,
  named: string | undefined,
): Promise<ServeSettings> {
  const root = resolveSiteRoot(context, common, named);
  const gitDir = root.kind === 'repository' ? root.gitDir : undefined;
  const {settings} = await readConfig({gitDir, flags: common.flags, env: context.env});
  return {named, root, settings, tokensDirectory: settings['ctr.serve.tokens'] ?? tokensBeside(root)};
}

/** Settings of pages, the API and Git over HTTP. */
export function webSettings(
  {settings, tokensDirectory}: ServeSettings,
  {processes, log}: {processes: GitProcesses; log: (line: LogLine) => void},
): Pick<AppOptions, 'basePath' | 'access' | 'git'> {
  return {
    basePath: settings['ctr.serve.basePath'],
    access: {isReadTokenRequired: settings['ctr.serve.readTokenRequired'], tokensDirectory},
    git: {
      processes,
      pushMaxBytes: settings['ctr.serve.pushMaxBytes'],
      idleMs: settings['ctr.serve.idleSeconds'] * 1000,
      onFailure: (failure) => log({type: 'git', ...failure}),
    },
  };
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
