import {basename, join, relative} from 'node:path';
import {findGitDir, isGitDir} from '../../git/find-git-dir.ts';
import {openReader} from '../../read/open-reader.ts';
import {byName} from '../../util/by-name.ts';
import {chunks} from '../../util/chunks.ts';
import {remember} from '../../util/remember.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import {readRunningWork} from '../locked/work-file.ts';
import {assertReadable} from '../stores/assert-confirmed.ts';
import {listInstalledRepositories} from '../workspace/find-repositories.ts';
import {openWorkspace, type Workspace} from '../workspace/open-workspace.ts';
import {resolveNamed} from '../workspace/resolve-named.ts';
import {openWorkspaceCache} from '../workspace/workspace-cache.ts';
import type {Site, SiteRepository} from './site.ts';
import {StorePool} from './store-pool.ts';

/** How long a listing of a directory of repositories counts as new. */
const LISTING_MAX_AGE_MS = 1000;
/** So many configurations are read at once, each by a process of Git. */
const READ_AT_ONCE = 8;

/** The root of `ctr serve`: one repository, the repositories below a directory, or an index. */
export type SiteRoot =
  | {readonly kind: 'repository'; readonly gitDir: string}
  | {readonly kind: 'directory'; readonly directory: string}
  | {readonly kind: 'index'};

/** A repository of the site on this machine: its workspace is read again when its configuration changes. */
export interface LocalRepository extends SiteRepository {
  readonly gitDir: string;
  readWorkspace(): Promise<Workspace>;
}

export interface OpenSite extends Site, AsyncDisposable {
  /** The repositories on this machine, sorted by name. */
  listLocalRepositories(): Promise<readonly LocalRepository[]>;
}

/** Resolves `root`: a repository, else a directory; without it, the default repository of every command. */
export function resolveSiteRoot(
  {cwd, env}: AppContext,
  {repo}: CommonOptions,
  root: string | undefined,
): SiteRoot {
  const named = root ?? repo ?? env['GIT_DIR'] ?? (isGitDir(cwd) ? cwd : undefined);
  if (named === undefined) return {kind: 'index'};
  const path = resolveNamed(cwd, named);
  const gitDir = findGitDir(path);
  return gitDir === undefined ? {kind: 'directory', directory: path} : {kind: 'repository', gitDir};
}

/** The repositories that a server shows. Disposing of it closes their stores. */
export async function openSite(
  context: AppContext,
  common: CommonOptions,
  root: SiteRoot,
): Promise<OpenSite> {
  const pool = new StorePool();
  const deps = {pool, readWorkspace: openWorkspaceCache(context, common)};
  switch (root.kind) {
    case 'index':
      return openIndexSite(pool, await openWorkspace(context, common));
    case 'repository':
      return openLocalSite(pool, () =>
        nameRepositories(deps, {directory: root.gitDir, gitDirs: [root.gitDir]}),
      );
    case 'directory':
      return openLocalSite(pool, async () =>
        nameRepositories(deps, {
          directory: root.directory,
          gitDirs: await listInstalledRepositories(root.directory),
        }),
      );
  }
}

interface SiteDeps {
  readonly pool: StorePool;
  readonly readWorkspace: (gitDir: string) => Promise<Workspace>;
}

/** A site of all repositories in the index: none is on this machine. */
function openIndexSite(pool: StorePool, workspace: Workspace): OpenSite {
  const list = async (): Promise<SiteRepository[]> =>
    pool.use(workspace, async ({store}) =>
      (await store.listRepositories()).map(({id, name}) => ({
        name,
        gitDir: undefined,
        readIndexPlace: async () => placeOf(workspace),
        readRunningWork: async () => undefined,
        withReader: (work) =>
          pool.use(workspace, async (stores) => work(await openReader(stores, {id, name}))),
      })),
    );
  return {
    listRepositories: list,
    findRepository: async (name) => (await list()).find((one) => one.name === name),
    listLocalRepositories: async () => [],
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function openLocalSite(pool: StorePool, scan: () => Promise<Map<string, LocalRepository>>): OpenSite {
  let listing = new Map<string, LocalRepository>();
  const list = remember(LISTING_MAX_AGE_MS, async () => {
    listing = await scan();
    return listing;
  });
  const listSorted = async () => [...(await list()).values()].sort(byName);
  return {
    listRepositories: listSorted,
    listLocalRepositories: listSorted,
    async findRepository(name) {
      const known = listing.get(name);
      // A walk over the disk is for names that are new, or gone.
      return known && isGitDir(known.gitDir) ? known : (await list()).get(name);
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/**
 * The repositories by the names that URLs have for them. The first of several with one name, by path, keeps it; the
 * others are called by their path below the directory, with dashes for slashes.
 */
async function nameRepositories(
  deps: SiteDeps,
  {directory, gitDirs}: {directory: string; gitDirs: readonly string[]},
): Promise<Map<string, LocalRepository>> {
  const ownNames: string[] = [];
  for (const some of chunks(gitDirs, READ_AT_ONCE))
    ownNames.push(...(await Promise.all(some.map((gitDir) => readName(deps, gitDir)))));
  const named = new Map<string, LocalRepository>();
  for (const [at, gitDir] of gitDirs.entries()) {
    const path = relative(directory, gitDir)
      .replace(/\.git$/, '')
      .replaceAll('/', '-');
    const name = [ownNames[at]!, path].find((candidate) => candidate !== '' && !named.has(candidate));
    if (name !== undefined) named.set(name, localRepository(deps, {gitDir, name}));
  }
  return named;
}

/** A repository whose configuration is wrong is still listed: what asks it says what is wrong. */
async function readName(deps: SiteDeps, gitDir: string): Promise<string> {
  return deps.readWorkspace(gitDir).then(
    ({name}) => name,
    () => basename(gitDir).replace(/\.git$/, ''),
  );
}

function localRepository(deps: SiteDeps, {gitDir, name}: {gitDir: string; name: string}): LocalRepository {
  return {
    name,
    gitDir,
    readWorkspace: () => deps.readWorkspace(gitDir),
    readIndexPlace: async () => placeOf(await deps.readWorkspace(gitDir)),
    readRunningWork: async () => readRunningWork({directory: join(gitDir, 'ctr')}, new Date())[0],
    async withReader(work) {
      const workspace = await deps.readWorkspace(gitDir);
      assertReadable(workspace);
      const {'ctr.id': id, 'ctr.name': own} = workspace.config.settings;
      return deps.pool.use(workspace, async (stores) => work(await openReader(stores, {id, name: own})));
    },
  };
}

function placeOf({indexLocation}: Workspace): string {
  return JSON.stringify(indexLocation);
}
