import {CtrError} from '../../util/ctr-error.ts';
import type {Server} from './server.ts';

/** The first version whose `terms` query takes a bitmap. */
const VERSION_MIN = [2, 19] as const;

/**
 * The engine and its version: `OpenSearch 3.8.0`. Does not retry: opening an index must fail at once.
 * @throws BACKEND_UNSUPPORTED if it is another engine, or too old.
 */
export async function checkEngine(server: Server): Promise<string> {
  const {body} = await server.sendOnce({method: 'GET', path: '/'});
  const {distribution, number} = (body?.version ?? {}) as {distribution?: string; number?: string};
  if (typeof number !== 'string') {
    throw unsupported(server, `what answers at ${server.url} is not OpenSearch`, 'Check ctr.index.url.');
  }
  if (distribution !== 'opensearch') {
    const hint = 'Use OpenSearch 2.19 or later: Elasticsearch has no bitmap filters.';
    throw unsupported(server, `what answers at ${server.url} is not OpenSearch (version ${number})`, hint);
  }
  const [major = 0, minor = 0] = number.split('.').map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
    const message = `OpenSearch ${number} at ${server.url} is too old`;
    throw unsupported(server, message, `Update it to ${VERSION_MIN.join('.')} or later.`);
  }
  return `OpenSearch ${number}`;
}

function unsupported({url}: Server, message: string, hint: string): CtrError {
  return new CtrError('BACKEND_UNSUPPORTED', message, {hint, data: {url}});
}
