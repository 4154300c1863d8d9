import {setTimeout as sleep} from 'node:timers/promises';
import {CtrError} from '../../util/ctr-error.ts';
import {allNames, type Collections} from './collections.ts';
import type {Server} from './server.ts';

const POLL_MS = 200;
const POLL_MAX_MS = 5000;
/** By default a segment with less than 10 % of deleted documents is left as it is. */
const SETTING = 'index.merge.policy.expunge_deletes_allowed';

/** No segment holds a deleted document afterwards, and no translog the request that once wrote it. */
export async function expunge(server: Server, collections: Collections): Promise<void> {
  const names = allNames(collections);
  await server.send({method: 'PUT', path: `/${names}/_settings`, body: {[SETTING]: 0}});
  try {
    await mergeSegments(server, names);
  } finally {
    await server.send({method: 'PUT', path: `/${names}/_settings`, body: {[SETTING]: null}});
  }
  await server.send({method: 'POST', path: `/${names}/_flush`, query: {force: true, wait_if_ongoing: true}});
}

/** As a task that is asked after: on a large index it takes longer than any answer may. */
async function mergeSegments(server: Server, names: string): Promise<void> {
  const {body} = await server.send({
    method: 'POST',
    path: `/${names}/_forcemerge`,
    query: {only_expunge_deletes: true, wait_for_completion: false},
  });
  const {delay = sleep} = server.tools;
  for (let waitMs = POLL_MS; ; waitMs = Math.min(waitMs * 2, POLL_MAX_MS)) {
    const {body: task} = await server.send({method: 'GET', path: `/_tasks/${body.task}`});
    if (task.completed === true) {
      if (task.error || task.response?._shards?.failed > 0) throw unmerged(task.error ?? task.response);
      return;
    }
    await delay(waitMs);
  }
}

function unmerged(failure: unknown): CtrError {
  return new CtrError('BACKEND_UNAVAILABLE', 'OpenSearch could not merge the deleted documents away', {
    hint: 'See the log of OpenSearch, then try again.',
    data: {failure},
  });
}
