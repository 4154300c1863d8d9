import PQueue from 'p-queue';
import type {Site, SiteRepository} from '../../app/site/site.ts';
import {CtrError} from '../../util/ctr-error.ts';

/** A health check must not open thousands of repositories at once. */
const CONCURRENCY = 4;

/**
 * How many indexes do not answer; one that several repositories share is asked once. One that is empty as yet, or whose
 * settings are wrong, concerns its owner and not the server: it counts as answering.
 */
export async function countUnready(site: Site): Promise<{unready: number; all: number}> {
  const repositories = await site.listRepositories().catch(() => undefined);
  if (!repositories) return {unready: 1, all: 1};
  const queue = new PQueue({concurrency: CONCURRENCY});
  const places = new Map<string, SiteRepository>();
  await queue.addAll(
    repositories.map((repository) => async () => places.set(await placeOf(repository), repository)),
  );
  const answers = await queue.addAll([...places.values()].map((one) => async () => isAnswering(one)));
  return {unready: answers.filter((is) => !is).length, all: answers.length};
}

/** One whose settings cannot be read stands for itself. */
function placeOf(repository: SiteRepository): Promise<string> {
  return repository.readIndexPlace().catch(() => repository.name);
}

function isAnswering(repository: SiteRepository): Promise<boolean> {
  return repository
    .withReader(async () => true)
    .catch((error: unknown) => {
      return error instanceof CtrError && error.code === 'CONFIG';
    });
}
