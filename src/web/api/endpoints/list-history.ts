import {z} from 'zod';
import {logExpression} from '../../../domain/commit-match.ts';
import {parseMoment} from '../../../domain/parse-moment.ts';
import {readLog} from '../../../read/read-log.ts';
import {formatCursor} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {
  FACET,
  FLAG,
  LOGGED_COMMIT,
  limitParameter,
  listParameter,
  MOMENT,
  NEXT_CURSOR,
  PATH,
  SHOWN,
  TEXT_SCAN,
} from '../schemas.ts';

/** Of each commit. */
const PATHS_MAX = 100;
const TEXT = z.string().max(1000);

export const listHistory = defineEndpoint(
  {
    id: 'listHistory',
    word: 'history',
    summary: 'The commits that the revision reaches, or that changed a path, newest first',
    path: 'optional',
    query: z.strictObject({
      author: listParameter(TEXT).meta({
        description: 'Part of the author as `name <email>`, in any case; several mean any of them',
      }),
      grep: listParameter(TEXT).meta({
        description: 'Part of the message, in any case; several mean any of them',
      }),
      allMatch: FLAG.default(false).meta({description: 'The message has all of `grep`'}),
      S: TEXT.min(1).optional().meta({
        description: 'Only commits that change how often some file has this text, as `git log -S`',
      }),
      since: MOMENT.optional().meta({
        description: "From then on, by the committer's time; ISO 8601, else UTC",
      }),
      until: MOMENT.optional().meta({description: 'Until then; a date without a time is the whole day'}),
      skip: limitParameter({min: 0, max: 100_000, usual: 0}).meta({
        description: 'Commits to leave out before the first page',
      }),
      limit: limitParameter({max: 1000, usual: 50}),
    }),
    answer: z.strictObject({
      ...SHOWN,
      path: PATH,
      commits: z.array(LOGGED_COMMIT),
      nextCursor: NEXT_CURSOR,
      scan: TEXT_SCAN.meta({description: 'With `S`: texts that were read'}),
      notSearchable: FACET.meta({
        description: 'With `S`: versions of files whose text is not in the index, by reason; not compared',
      }),
    }),
    isPaged: true,
    isPinned: true,
    isCostly: true,
  },
  async ({reader, revision, shown, path: wanted, query, after, now}) => {
    const {author, grep, allMatch, S, since, until, skip, limit} = query;
    const {path, commits, scan, notSearchable} = await readLog(reader, {
      path: wanted,
      ref: revision,
      expression: logExpression({authors: author, messages: grep, isAllMatch: allMatch}),
      changedText: S === undefined ? undefined : {text: S, isCaseSensitive: true, now: () => now().getTime()},
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
    return {...shown, path, commits: page, nextCursor, scan, notSearchable};
  },
);
