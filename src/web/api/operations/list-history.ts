import {z} from 'zod';
import {type LoggedCommit, readLog} from '../../../read/read-log.ts';
import {formatCursor} from '../cursor.ts';
import {defineOperation} from '../operation.ts';
import {LOGGED_COMMIT, limitParameter, NEXT_CURSOR, PATH, SHOWN} from '../schemas.ts';

export const listHistory = defineOperation(
  {
    id: 'listHistory',
    word: 'history',
    summary: 'The commits that the revision reaches, or that changed a path, newest first',
    path: 'optional',
    query: z.strictObject({limit: limitParameter({max: 1000, usual: 50})}),
    answer: z.strictObject({...SHOWN, path: PATH, commits: z.array(LOGGED_COMMIT), nextCursor: NEXT_CURSOR}),
    isPaged: true,
    isPinned: true,
    isCostly: true,
  },
  async ({reader, revision, shown, path: wanted, query: {limit}, offset}) => {
    const end = offset + limit;
    const {path, commits: batches} = await readLog(reader, {path: wanted, ref: revision, limit: end + 1});
    const {commits, isMore} = await takePage(batches, {offset, end});
    const nextCursor = isMore ? formatCursor({commit: shown.commit, offset: end}) : null;
    return {...shown, path, commits, nextCursor};
  },
);

/** What stands from `offset` to before `end`, and whether something comes behind it. */
async function takePage(
  batches: AsyncIterable<LoggedCommit[]>,
  {offset, end}: {offset: number; end: number},
): Promise<{commits: LoggedCommit[]; isMore: boolean}> {
  const commits: LoggedCommit[] = [];
  let at = 0;
  for await (const batch of batches) {
    commits.push(...batch.slice(Math.max(0, offset - at), Math.max(0, end - at)));
    at += batch.length;
  }
  return {commits, isMore: at > end};
}
