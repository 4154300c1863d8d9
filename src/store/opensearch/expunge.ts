import {setTimeout as sleep} from 'node:timers/promises';
import {CtrError} from '../../util/ctr-error.ts';
import {type Collections, namesOf} from './collection-indexes.ts';
import type {Server} from './server.ts';

const POLL_MS = 200;
const POLL_MAX_MS = 5000;
/** OpenSearch releases deleted documents every 30 s (RetentionLeaseSyncAction), if no recovery needs them. */
const WAIT_MAX_MS = 180_000;
/** By default a segment with less than 10 % of deleted documents is left as it is, and shards keep them for 12 h. */
const SETTINGS = {
  'index.merge.policy.expunge_deletes_allowed': 0,
  'index.soft_deletes.retention_lease.period': '1s',
};

/**
 * No segment holds a deleted entry or commit afterwards, and no translog the request that once wrote it.
 * @throws BACKEND_UNAVAILABLE when OpenSearch does not let go of them in three minutes.
 */
export async function expunge({files, commits}: Collections): Promise<void> {
  // The refs hold no content, and every move leaves a deleted document there.
  const {server} = files;
  const names = namesOf([files, commits]);
  const before = await readSettings(server, names);
  await server.send({method: 'PUT', path: `/${names}/_settings`, body: SETTINGS});
  try {
    await mergeUntilGone(server, names);
  } finally {
    for (const [index, settings] of before)
      await server.send({method: 'PUT', path: `/${index}/_settings`, body: settings});
  }
}

/** The owner's values, by index; null for the default. A run that died here has left ours. */
async function readSettings(
  server: Server,
  names: string,
): Promise<Map<string, Record<string, string | null>>> {
  const {body} = await server.send({
    method: 'GET',
    path: `/${names}/_settings`,
    query: {flat_settings: true},
  });
  const found = Object.entries(body as Record<string, {settings: Record<string, string>}>);
  return new Map(
    found.map(([index, {settings}]) => [
      index,
      Object.fromEntries(
        Object.entries(SETTINGS).map(([name, ours]) => {
          const set = settings[name];
          return [name, set === undefined || set === String(ours) ? null : set];
        }),
      ),
    ]),
  );
}

async function mergeUntilGone(server: Server, names: string): Promise<void> {
  const {delay = sleep} = server.tools;
  for (let waitedMs = 0, waitMs = POLL_MS; ; waitMs = Math.min(waitMs * 2, POLL_MAX_MS)) {
    await server.send({
      method: 'POST',
      path: `/${names}/_flush`,
      query: {force: true, wait_if_ongoing: true},
    });
    if ((await countDeleted(server, names)) === 0) return;
    await mergeSegments(server, names);
    if ((await countDeleted(server, names)) === 0) continue;
    if (waitedMs >= WAIT_MAX_MS) throw unmerged('a shard still keeps deleted documents');
    await delay(waitMs);
    waitedMs += waitMs;
  }
}

async function countDeleted(server: Server, names: string): Promise<number> {
  const {body} = await server.send({
    method: 'GET',
    path: `/${names}/_stats/docs`,
    query: {filter_path: '_all.total.docs.deleted'},
  });
  return Number(body._all.total.docs.deleted);
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
