import {openFile} from '../../read/read-file.ts';
import {isOid} from '../../read/resolve-revision.ts';
import {answerRaw} from '../raw-bytes.ts';
import {IMMUTABLE, RAW_HEADERS, REVALIDATED} from './page-headers.ts';
import type {PlaceRequest} from './page-request.ts';

/** The bytes of the file, or the part of them that was asked for. @throws NOT_FOUND */
export async function respondRaw(
  {reader, place, revision}: PlaceRequest,
  request: Request,
): Promise<Response> {
  const file = await openFile(reader, {path: place.path, ref: revision});
  const isForEver = place.revision.family === 'revision' && isOid(place.revision.name);
  const cacheControl = isForEver ? IMMUTABLE : REVALIDATED;
  const answer = await answerRaw(request, file, {cacheControl});
  for (const [header, value] of Object.entries(RAW_HEADERS)) answer.headers.set(header, value);
  return answer;
}
