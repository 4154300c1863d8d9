import {CtrError} from '../../util/ctr-error.ts';
import type {Site, SiteRepository} from '../site.ts';

/**
 * How many indexes do not answer. One that is empty as yet, or whose settings are wrong, concerns its owner and not
 * the server: it counts as answering.
 */
export async function countUnready(site: Site): Promise<{unready: number; all: number}> {
  const repositories = await site.listRepositories().catch(() => undefined);
  if (!repositories) return {unready: 1, all: 1};
  const answers = await Promise.all(repositories.map(isAnswering));
  return {unready: answers.filter((is) => !is).length, all: answers.length};
}

function isAnswering(repository: SiteRepository): Promise<boolean> {
  return repository
    .withReader(async () => true)
    .catch((error: unknown) => {
      return error instanceof CtrError && error.code === 'CONFIG';
    });
}
