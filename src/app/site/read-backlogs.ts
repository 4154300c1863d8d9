import {join} from 'node:path';
import {type GitRepository, openRepository} from '../../git/repository.ts';
import {openQueue} from '../../queue/notes.ts';
import {readFailures} from '../../sync/failures.ts';
import {observe} from '../../sync/observe.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {localFiles} from '../workspace/local-files.ts';
import {syncSettings} from '../workspace/open-workspace.ts';
import type {LocalRepository, OpenSite} from './open-site.ts';

/** How far an index is behind its repository. */
export interface Backlog {
  readonly repository: string;
  /** True if the index answers. */
  readonly isUp: boolean;
  /** How long the oldest push that the index does not show has waited; 0 when it shows all. */
  readonly lagSeconds: number;
  /** Refs that differ between Git and the index; 0 if the index does not answer. */
  readonly refsBehind: number;
  /** Notes that wait for the worker. */
  readonly notes: number;
  /** Single things that could not be read or stored. */
  readonly failures: number;
}

/** The state of a repository between two checks. */
interface Watched {
  readonly repository: GitRepository;
  /** When it was first seen that refs differ; undefined when they did not at the last look. */
  behindSince: Date | undefined;
}

/** Looks at every repository of the site that is on this machine, one after the other. */
export function openBacklogReader(site: OpenSite, now: () => Date): () => Promise<Backlog[]> {
  const watched = new Map<string, Watched>();
  return async () => {
    const backlogs: Backlog[] = [];
    for (const repository of await site.listLocalRepositories()) {
      backlogs.push(await readBacklog(repository, watched, now()));
    }
    return backlogs;
  };
}

async function readBacklog(
  repository: LocalRepository,
  watched: Map<string, Watched>,
  now: Date,
): Promise<Backlog> {
  const files = localFiles({directory: join(repository.gitDir, 'ctr')});
  const queue = openQueue(files.queue);
  const local = {
    repository: repository.name,
    notes: await queue.countNotes(),
    failures: readFailures(files.failures).length,
  };
  const waitsSince = await queue.readOldestNote();
  try {
    const known = watched.get(repository.gitDir) ?? {
      repository: await openRepository(repository.gitDir),
      behindSince: undefined,
    };
    watched.set(repository.gitDir, known);
    const refsBehind = await countRefsBehind(repository, known.repository);
    known.behindSince = refsBehind === 0 ? undefined : (known.behindSince ?? now);
    return {...local, isUp: true, refsBehind, lagSeconds: lagOf([waitsSince, known.behindSince], now)};
  } catch (error) {
    if (!(error instanceof CtrError)) throw error;
    return {...local, isUp: error.code === 'CONFIG', refsBehind: 0, lagSeconds: lagOf([waitsSince], now)};
  }
}

async function countRefsBehind(repository: LocalRepository, git: GitRepository): Promise<number> {
  const settings = syncSettings(await repository.readWorkspace());
  return repository.withReader(async ({store}) => (await observe(git, store, settings)).moves.length);
}

function lagOf(dates: readonly (Date | undefined)[], now: Date): number {
  const times = dates.flatMap((date) => (date ? [date.getTime()] : []));
  return times.length === 0 ? 0 : Math.max(0, (now.getTime() - Math.min(...times)) / 1000);
}
