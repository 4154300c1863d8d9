import {findWhere} from '../../../read/find-where.ts';
import {listCommits} from '../../../read/read-log.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {FirstImportError} from '../../first-import.ts';
import {BusyError} from '../../gate.ts';
import {html, showBreakable, showLine, showName} from '../html.ts';
import {hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';
import {firstImportPage} from './first-import-page.ts';
import {placeList} from './where-page.ts';

/** Nothing that a URL could mean. */
export const NO_SUCH_PAGE: Page = {
  title: 'Not found',
  status: 404,
  body: html`<h1>Not found</h1><p>There is no such page.</p>`,
};

/** A path that is not at this revision, and where it is. */
export async function missingPathPage(request: PlaceRequest): Promise<Page> {
  const {reader, place, revision} = request;
  const path = place.path;
  const {places} = await findWhere(reader, {path});
  const [last] = await listCommits(reader, {history: revision.history, path, limit: 1});
  return {
    title: `Not found: ${showName(path)}`,
    status: 404,
    body: html`<h1>There is no <code>${showBreakable(path)}</code> here</h1>
${places.length > 0 ? html`<h2>It exists on</h2>${placeList(request, path, places)}` : html`<p>No branch and no tag has it.</p>`}
${last ? html`<p>It was here once: <a href="${hrefAt(request, {view: 'history', path})}">its history</a>.</p>` : ''}
<p><a href="${hrefAt(request, {view: 'tree'})}">All files of this revision</a></p>`,
  };
}

/** What went wrong in the world, as one page; undefined where it is a bug. */
export function failurePage(error: unknown): Page | undefined {
  if (error instanceof BusyError) return failure(429, 'Too much at once', BUSY);
  if (error instanceof FirstImportError) return firstImportPage(error.work);
  if (!(error instanceof CtrError)) return undefined;
  const {code, message, hint = ''} = error;
  if (code === 'UNKNOWN_REF' || code === 'NOT_FOUND') return failure(404, 'Not found', showLine(message));
  if (code === 'USAGE' || code === 'QUERY')
    return failure(400, 'This cannot be answered', `${showLine(message)}. ${showLine(hint)}`);
  if (code === 'TIMEOUT')
    return failure(503, 'This takes too long', `${showLine(message)}. ${showLine(hint)}`);
  if (code === 'CONFIG') return failure(503, 'Nothing to show yet', NOT_INDEXED);
  if (!error.isRetryable) return failure(503, 'The index cannot be read', UNREADABLE);
  return failure(503, 'The index does not answer', 'It may be restarting. Try again in a moment.');
}

const NOT_INDEXED =
  'This repository is not indexed, or its settings are wrong. Its owner finds out more with ctr status.';

const UNREADABLE =
  'It is damaged, or another version of ctr made it. Its owner finds out more with ctr status.';

const BUSY = 'Many searches run at this moment. Try again in a second.';

function failure(status: 400 | 404 | 429 | 503, title: string, text: string): Page {
  return {title, status, body: html`<h1>${title}</h1>${notice(text)}`};
}

export const BUG_PAGE: Page = {
  title: 'Something is broken',
  status: 500,
  body: html`<h1>Something is broken</h1><p>This is a mistake in ctr, not in your request.</p>`,
};
