import {join} from 'node:path';

/** Where in the repository's own folder things are. */
export function localFiles({directory}: {directory: string}) {
  return {
    queue: join(directory, 'queue'),
    syncLock: join(directory, 'lock.db'),
    workerLock: join(directory, 'worker.db'),
    reindexLock: join(directory, 'reindex.db'),
    /** The work under each of the two locks. */
    work: join(directory, 'work.json'),
    reindexWork: join(directory, 'work-reindex.json'),
    failures: join(directory, 'failures.json'),
    nextFailures: join(directory, 'failures-next.json'),
    /** Of what went wrong, what a person has been told. */
    told: join(directory, 'told.json'),
    workerLog: join(directory, 'log', 'worker.log'),
    events: join(directory, 'events'),
    handlerLock: (handlerId: string) => join(directory, 'events', 'locks', `${handlerId}.db`),
    eventsLog: join(directory, 'log', 'events.log'),
  };
}
