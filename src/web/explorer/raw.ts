import {openFile} from '../../read/read-file.ts';
import {isOid} from '../../read/resolve-revision.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {IMMUTABLE, REVALIDATED} from '../cache-control.ts';
import {answerRaw} from '../raw-bytes.ts';
import {RAW_HEADERS} from './page-headers.ts';
import type {PlaceRequest} from './page-request.ts';

/** The bytes of the file, or the part of them that was asked for; undefined where there is no such file. */
export async function respondRaw(
  {reader, place, revision}: PlaceRequest,
  request: Request,
): Promise<Response | undefined> {
  const file = await openFile(reader, {path: place.path, ref: revision}).catch(orMissing);
  if (!file) return undefined;
  const isForEver = place.revision.family === 'revision' && isOid(place.revision.name);
  const cacheControl = isForEver ? IMMUTABLE : REVALIDATED;
  const answer = await answerRaw(request, file, {cacheControl});
  for (const [header, value] of Object.entries(RAW_HEADERS)) answer.headers.set(header, value);
  return answer;
}

function orMissing(error: unknown): undefined {
  if (error instanceof CtrError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}
