import type {Context} from 'hono';
import {REVALIDATED} from '../cache-control.ts';
import {matchesEtag} from '../raw-bytes.ts';
import {type PageSite, renderPage} from './layout.ts';
import {PAGE_HEADERS, RAW_HEADERS} from './page-headers.ts';
import type {Page} from './page-request.ts';

/** The page in its frame; only that it is the same where the client has it. */
export async function respondPage(c: Context, site: PageSite, page: Page): Promise<Response> {
  const {text, etag} = await renderPage(site, page);
  const headers = {...PAGE_HEADERS, 'cache-control': REVALIDATED, etag};
  const {status = 200} = page;
  if (status === 200 && matchesEtag(c.req.header('if-none-match') ?? null, etag))
    return c.body(null, 304, headers);
  return c.body(text, status, {
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    ...(page.retryAfter !== undefined && {'retry-after': page.retryAfter}),
    // A header: with a tag in the page, readers aloud could not tell when it comes.
    ...(page.refreshSeconds !== undefined && {refresh: String(page.refreshSeconds)}),
  });
}

/** For programs: never shown as a page. */
export function respondText(c: Context, text: string, mime: string): Response {
  return c.body(text, 200, {...RAW_HEADERS, 'content-type': mime, 'cache-control': REVALIDATED});
}
