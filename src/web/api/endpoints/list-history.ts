import {z} from 'zod';
import {readLog} from '../../../read/read-log.ts';
import {formatCursor} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {LOGGED_COMMIT, limitParameter, NEXT_CURSOR, PATH, SHOWN} from '../schemas.ts';

/** Of each commit. */
const PATHS_MAX = 100;

export const listHistory = defineEndpoint(
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
  async ({reader, revision, shown, path: wanted, query: {limit}, after}) => {
    const {path, commits} = await readLog(reader, {
      path: wanted,
      ref: revision,
      limit: limit + 1,
      after,
      pathsMax: PATHS_MAX,
    });
    const found = (await Array.fromAsync(commits)).flat();
    const page = found.slice(0, limit);
    const isMore = found.length > limit;
    const nextCursor = isMore ? formatCursor({commit: shown.commit, after: page.at(-1)!.oid}) : null;
    return {...shown, path, commits: page, nextCursor};
  },
);
