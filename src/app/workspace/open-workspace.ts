import {basename, dirname, join} from 'node:path';
import {type Config, readConfig} from '../../config/read-config.ts';
import type {Settings} from '../../config/settings.ts';
import {findGitDir, isGitDir} from '../../git/find-git-dir.ts';
import {noRepository} from '../../git/no-repository.ts';
import {assertAccess, type GitRepository, openRepository} from '../../git/repository.ts';
import type {IndexLocation, ObjectsLocation} from '../../store/open-stores.ts';
import type {SyncSettings} from '../../sync/sync-settings.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import {actAsOwner} from '../ownership/act-as-owner.ts';
import {memoryOf} from '../stores/store-memory.ts';
import {resolveNamed} from './resolve-named.ts';

/** The repository of a command (if there is one) and the settings in force. */
export interface Workspace {
  readonly gitDir: string | undefined;
  readonly config: Config;
  readonly name: string;
  /** `<repository>/ctr`, where everything local lives. */
  readonly directory: string | undefined;
  readonly indexLocation: IndexLocation;
  readonly objectsLocation: ObjectsLocation;
}

/** A workspace whose repository is there and can be read by Git. */
export interface RepositoryWorkspace extends Workspace {
  readonly gitDir: string;
  readonly directory: string;
  readonly repository: GitRepository;
}

/**
 * The workspace of `--repo`, else of GIT_DIR, else of the current directory if it is a bare repository, else of
 * none: then flags and environment must say where the index is.
 */
export async function openWorkspace(context: AppContext, options: CommonOptions): Promise<Workspace> {
  const gitDir = await locateRepository(context, options);
  const config = await readConfig({gitDir, flags: options.flags, env: context.env});
  for (const name of config.unknownVariables) {
    if (options.verbose) context.stderr.write(`ctr: ${name} is no setting of ctr\n`);
  }
  return {gitDir, config, ...locateStores(config, gitDir)};
}

/** @throws USAGE without a repository, REPOSITORY for something that is none. */
export async function openRepositoryWorkspace(
  context: AppContext,
  options: CommonOptions,
): Promise<RepositoryWorkspace> {
  const gitDir = await locateRepository(context, options);
  if (gitDir === undefined) {
    throw new CtrError('USAGE', 'no repository is named, and the current directory is no bare repository', {
      hint: 'Name it with --repo <dir.git>.',
    });
  }
  await actAsOwner(gitDir);
  const repository = await openRepository(gitDir);
  const workspace = await openWorkspace(context, {...options, repo: repository.gitDir});
  return {...workspace, gitDir: repository.gitDir, directory: join(repository.gitDir, 'ctr'), repository};
}

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
    // The embedded index is one file, and always has trigrams.
    ...(indexLocation.url === 'embedded' ? {shards: 1, substrings: true} : layoutOf(settings)),
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

async function locateRepository(context: AppContext, {repo}: CommonOptions): Promise<string | undefined> {
  const named = repo ?? context.env['GIT_DIR'];
  if (named === undefined) return isGitDir(context.cwd) ? findGitDir(context.cwd) : undefined;
  const dir = resolveNamed(context.cwd, named);
  await assertAccess(dir);
  const gitDir = findGitDir(dir);
  if (gitDir === undefined) throw noRepository(named, dir);
  return gitDir;
}

/** Where the index and the objects of a repository are, and its name. */
function locateStores({settings, secrets}: Config, gitDir: string | undefined) {
  const directory = gitDir === undefined ? undefined : join(gitDir, 'ctr');
  const name = settings['ctr.name'] ?? (gitDir === undefined ? 'repository' : defaultName(gitDir));
  const timeoutMs = settings['ctr.timeoutSeconds'] * 1000;
  const indexLocation: IndexLocation = {
    url: settings['ctr.index.url'],
    name: settings['ctr.index.name'] ?? indexNameOf(name),
    username: settings['ctr.index.username'],
    password: secrets.CTR_INDEX_PASSWORD,
    caFile: settings['ctr.index.caFile'],
    timeoutMs,
    directory,
    ...layoutOf(settings),
  };
  const objectsLocation: ObjectsLocation = {
    url: settings['ctr.objects.url'],
    bucket: settings['ctr.objects.bucket'],
    region: settings['ctr.objects.region'],
    accessKey: secrets.CTR_OBJECTS_ACCESS_KEY,
    secretKey: secrets.CTR_OBJECTS_SECRET_KEY,
    caFile: settings['ctr.objects.caFile'],
    timeoutMs,
    directory,
  };
  return {name, directory, indexLocation, objectsLocation};
}

/** The form of the collections in OpenSearch. */
function layoutOf(settings: Settings) {
  return {
    shards: settings['ctr.index.shards'],
    replicas: settings['ctr.index.replicas'],
    substrings: settings['ctr.index.substrings'],
  };
}

/** site.git -> site, and of a working tree its directory's name. */
function defaultName(gitDir: string): string {
  const base =
    basename(gitDir) === '.git' ? basename(dirname(gitDir)) : basename(gitDir).replace(/\.git$/, '');
  const name = base
    .replace(/[^\p{L}\p{N}._ -]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 100);
  return name || 'repository';
}

/** A name that OpenSearch takes: lower case, letters, digits and dashes. */
function indexNameOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100);
  return plain || 'repository';
}
