import {z} from 'zod';
import {defineEndpoint} from '../endpoint.ts';
import {SHOWN} from '../schemas.ts';

export const showRevision = defineEndpoint(
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
