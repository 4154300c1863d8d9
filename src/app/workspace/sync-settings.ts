import type {SyncSettings} from '../../sync/sync-settings.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {memoryOf} from '../stores/store-memory.ts';
import type {Workspace} from './open-workspace.ts';

/** The settings as sync wants them. @throws CONFIG where the repository was never installed, or not to the end. */
export function syncSettings(workspace: Workspace, id?: string): SyncSettings {
  const {config, name, indexLocation} = workspace;
  const {settings} = config;
  const repo = id ?? settings['ctr.id'];
  if (repo === undefined)
    throw memoryOf(workspace).filled.at(-1)?.isFilling ? halfInstalled() : notInstalled();
  return {
    repo,
    name,
    index: indexLocation.name,
    isShared: settings['ctr.index.shared'],
    refs: settings['ctr.refs'],
    publish: settings['ctr.publish'],
    history: settings['ctr.history'],
    exclude: settings['ctr.exclude'],
    textMaxBytes: settings['ctr.text.maxBytes'],
  };
}

export function notInstalled(): CtrError {
  return new CtrError('CONFIG', 'ctr is not installed in this repository', {
    hint: 'Run `ctr install <dir.git>` first.',
  });
}

function halfInstalled(): CtrError {
  return new CtrError('CONFIG', 'an install of ctr in this repository was interrupted', {
    hint: 'Run `ctr install <dir.git>` again: it goes on with what was begun.',
  });
}
