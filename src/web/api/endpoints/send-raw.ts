import {z} from 'zod';
import {openFile} from '../../../read/read-file.ts';
import {Problem} from '../../problem.ts';
import {answerRaw} from '../../raw-bytes.ts';
import {defineEndpoint} from '../endpoint.ts';

export const sendRaw = defineEndpoint(
  {
    id: 'sendRaw',
    word: 'raw',
    summary: "The file's exact bytes, or one range of them",
    description:
      'All text is text/plain, some images are themselves, everything else is a download. The ETag is the blob oid.',
    path: 'required',
    query: z.strictObject({}),
    isPinned: true,
  },
  async ({reader, revision, path, request, cacheControl}) => {
    const answer = await answerRaw(request, await openFile(reader, {path, ref: revision}), {cacheControl});
    if (answer.status !== 416) return answer;
    throw new Problem('RANGE', 'the file does not have these bytes', {
      headers: {'Content-Range': answer.headers.get('Content-Range')!},
    });
  },
);
