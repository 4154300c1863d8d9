import {z} from 'zod';
import {formatSignatureTime} from '../../../domain/commit.ts';
import {compareRevisions} from '../../../read/compare-revisions.ts';
import {formatCursor, offsetOf} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {CHANGED_FILE, LOGGED_COMMIT, limitParameter, NEXT_CURSOR, OID, SHOWN} from '../schemas.ts';
import {changedFileOf} from '../shown.ts';

const NAME = z.string().min(1).max(1024);

export const compareWith = defineEndpoint(
  {
    id: 'compareWith',
    word: 'compare',
    summary:
      'What the revision has that another one has not: its commits, and its changes since their merge base',
    query: z.strictObject({
      from: NAME.meta({description: 'The other revision: a branch, a tag, any ref, an oid'}),
      dots: z
        .preprocess(Number, z.literal([2, 3]))
        .default(3)
        .meta({
          description:
            'As `git diff` has them: 3, changes since the merge base; 2, between the two revisions',
        }),
      limit: limitParameter({max: 10_000, usual: 1000}).meta({description: 'Files of one page'}),
      commitsMax: limitParameter({min: 0, max: 1000, usual: 100}).meta({description: 'Commits of one page'}),
    }),
    answer: z.strictObject({
      ...SHOWN,
      from: z.strictObject({ref: z.string().nullable(), commit: OID}),
      mergeBases: z.array(OID).meta({
        description: 'Best common ancestors, that which Git takes first; none: the histories are unrelated',
      }),
      base: OID.nullable().meta({description: 'What the files are compared with; null: there is none'}),
      ahead: z.int().meta({description: 'Commits that only this revision reaches'}),
      behind: z.int().meta({description: 'Commits that only the other one reaches'}),
      commits: z
        .array(LOGGED_COMMIT.omit({paths: true, pathsTotal: true}))
        .meta({description: 'Those ahead, newest first'}),
      files: z.array(CHANGED_FILE).nullable().meta({
        description: 'Null without a base, and where its files are not indexed (`ctr.history = refs`)',
      }),
      nextCursor: NEXT_CURSOR,
    }),
    isPaged: true,
    isCostly: true,
  },
  async ({reader, revision, shown, query, after}) => {
    const {limit, dots, commitsMax} = query;
    // The other revision stays what it was for the first page, too.
    const [pinned, offsetText] = after?.split('-') ?? [];
    const offset = offsetOf(offsetText);
    const from = pinned ?? query.from;
    const compared = await compareRevisions(reader, {from, to: revision, dots, commitsMax});
    const {mergeBases, base, files} = compared;
    const end = offset + limit;
    const isMore = files !== undefined && end < files.length;
    const next = {commit: shown.commit, after: `${compared.from.commit}-${end}`};
    return {
      ...shown,
      from: compared.from,
      mergeBases,
      base: base ?? null,
      ahead: compared.aheadCount,
      behind: compared.behindCount,
      commits: compared.commits.map(({oid, parents, author, subject}) => ({
        oid,
        parents,
        author: {name: author.name, email: author.email, date: formatSignatureTime(author)},
        subject,
      })),
      files: files?.slice(offset, end).map(changedFileOf) ?? null,
      nextCursor: isMore ? formatCursor(next) : null,
    };
  },
);
