import {z} from 'zod';
import {parseMoment} from '../../../domain/parse-moment.ts';
import {readLog} from '../../../read/read-log.ts';
import {formatCursor} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {LOGGED_COMMIT, limitParameter, MOMENT, NEXT_CURSOR, PATH, SHOWN} from '../schemas.ts';

/** Of each commit. */
const PATHS_MAX = 100;
const TEXT = z.string().max(1000).optional();

export const listHistory = defineEndpoint(
  {
    id: 'listHistory',
    word: 'history',
    summary: 'The commits that the revision reaches, or that changed a path, newest first',
    path: 'optional',
    query: z.strictObject({
      author: TEXT.meta({description: 'Part of the author as `name <email>`, in any case'}),
      grep: TEXT.meta({description: 'Part of the message, in any case'}),
      since: MOMENT.optional().meta({
        description: "From then on, by the committer's time; ISO 8601, else UTC",
      }),
      until: MOMENT.optional().meta({description: 'Until then; a date without a time is the whole day'}),
      skip: limitParameter({min: 0, max: 100_000, usual: 0}).meta({
        description: 'Commits to leave out before the first page',
      }),
      limit: limitParameter({max: 1000, usual: 50}),
    }),
    answer: z.strictObject({...SHOWN, path: PATH, commits: z.array(LOGGED_COMMIT), nextCursor: NEXT_CURSOR}),
    isPaged: true,
    isPinned: true,
    isCostly: true,
  },
  async ({reader, revision, shown, path: wanted, query, after}) => {
    const {author, grep, since, until, skip, limit} = query;
    const {path, commits} = await readLog(reader, {
      path: wanted,
      ref: revision,
      author,
      message: grep,
      sinceSeconds: since === undefined ? undefined : parseMoment(since),
      untilSeconds: until === undefined ? undefined : parseMoment(until, {isEnd: true}),
      skip: after === undefined ? skip : 0,
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
