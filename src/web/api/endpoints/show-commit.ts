import {z} from 'zod';
import {readCommit} from '../../../read/read-commit.ts';
import {formatCursor, offsetOf} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {CHANGED_FILE, limitParameter, NEXT_CURSOR, OID, PATH, SHOWN} from '../schemas.ts';
import {changedFileOf} from '../shown.ts';

const PERSON = z.strictObject({name: z.string(), email: z.string(), date: z.string()}).meta({id: 'Person'});

export const showCommit = defineEndpoint(
  {
    id: 'showCommit',
    word: 'commit',
    summary: 'The commit, and what it changed against its first parent',
    query: z.strictObject({limit: limitParameter({max: 10_000, usual: 1000})}),
    answer: z.strictObject({
      ...SHOWN,
      tree: OID,
      parents: z.array(OID),
      author: PERSON,
      committer: PERSON,
      subject: z.string(),
      message: z.string(),
      files: z
        .array(CHANGED_FILE)
        .nullable()
        .meta({description: "Null where the parent's files are not indexed (`ctr.history = refs`)"}),
      paths: z.array(PATH).meta({
        description: 'What the commit changed against every parent, in pages as large as those of `files`',
      }),
      pathsTotal: z.int().meta({description: 'How many paths it changed'}),
      nextCursor: NEXT_CURSOR,
    }),
    isPaged: true,
    isPinned: true,
    isDerived: true,
    isCostly: true,
  },
  async ({reader, revision, shown, query: {limit}, after}) => {
    const offset = offsetOf(after);
    const {oid: _oid, paths, files, ...commit} = await readCommit(reader, revision.commit);
    const end = offset + limit;
    const page = files?.slice(offset, end).map(changedFileOf);
    const isMore = end < Math.max(paths.length, files?.length ?? 0);
    const nextCursor = isMore ? formatCursor({commit: shown.commit, after: end}) : null;
    const listed = {files: page ?? null, paths: paths.slice(offset, end), pathsTotal: paths.length};
    return {...shown, ...commit, ...listed, nextCursor};
  },
);
