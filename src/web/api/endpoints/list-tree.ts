import {z} from 'zod';
import {listDirectory} from '../../../read/list-directory.ts';
import {formatCursor, offsetOf} from '../cursor.ts';
import {defineEndpoint} from '../endpoint.ts';
import {FLAG, limitParameter, NEXT_CURSOR, PATH, SHOWN, TREE_ENTRY} from '../schemas.ts';

export const listTree = defineEndpoint(
  {
    id: 'listTree',
    word: 'tree',
    summary: 'What lies in a directory, in the order of `git ls-tree`; a file lists itself',
    path: 'optional',
    query: z.strictObject({
      recursive: FLAG.default(false).meta({description: 'Every file below instead'}),
      limit: limitParameter({max: 10_000, usual: 1000}),
    }),
    answer: z.strictObject({...SHOWN, path: PATH, entries: z.array(TREE_ENTRY), nextCursor: NEXT_CURSOR}),
    isPaged: true,
    isPinned: true,
    isCostly: true,
  },
  async ({reader, revision, shown, path: wanted, query: {recursive: isRecursive, limit}, after, cache}) => {
    const offset = offsetOf(after);
    // The pages of a listing are parts of one walk over the directory.
    const key = [reader.repository.id, 'listing', shown.commit, wanted, isRecursive].join('\0');
    const {path, entries} = await cache.remember(key, {
      compute: () => listDirectory(reader, {path: wanted, ref: revision, isRecursive}),
      weigh: (listing) => listing.entries.length * 400,
    });
    const end = offset + limit;
    const nextCursor = end < entries.length ? formatCursor({commit: shown.commit, after: end}) : null;
    return {...shown, path, entries: entries.slice(offset, end), nextCursor};
  },
);
