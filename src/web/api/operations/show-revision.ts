import {z} from 'zod';
import {defineOperation} from '../operation.ts';
import {SHOWN} from '../schemas.ts';

export const showRevision = defineOperation(
  {
    id: 'showRevision',
    word: '',
    summary: 'What the index shows of a ref, and how far that is behind Git',
    query: z.strictObject({}),
    answer: z.strictObject(SHOWN),
    isPinned: true,
  },
  async ({shown}) => shown,
);
