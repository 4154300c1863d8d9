import type {SiteRepository} from '../app/site/site.ts';
import type {RunningWork} from '../domain/running-work.ts';
import type {Reader} from '../read/open-reader.ts';
import {hasLiveRefs} from '../read/read-live-refs.ts';
import {CtrError, type CtrErrorCode} from '../util/ctr-error.ts';

/** Nothing of the repository can be shown yet: its first import runs. */
export class FirstImportError extends Error {
  readonly work: RunningWork;

  constructor(work: RunningWork) {
    super('the first import of this repository runs');
    this.name = 'FirstImportError';
    this.work = work;
  }
}

/**
 * Runs `work` with a reader, as `withReader` does.
 * @throws FirstImportError where nothing is there to be read because the first import has not come to its end.
 */
export async function withImported<T>(
  repository: SiteRepository,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  const running = await repository.readRunningWork();
  // The common case costs a look at a file that is not there.
  if (!running) return repository.withReader(work);
  try {
    return await repository.withReader(async (reader) => {
      if (!(await hasLiveRefs(reader))) throw new FirstImportError(running);
      return work(reader).catch((error: unknown) => {
        // Its refs come one after the other, and HEAD last.
        throw isCode(error, 'UNKNOWN_REF') && reader.repository.head === undefined
          ? new FirstImportError(running)
          : error;
      });
    });
  } catch (error) {
    throw isCode(error, 'CONFIG') ? new FirstImportError(running) : error;
  }
}

function isCode(error: unknown, code: CtrErrorCode): boolean {
  return error instanceof CtrError && error.code === code;
}
