import type {Context} from 'hono';
import {REVALIDATED} from '../cache-control.ts';
import {matchesEtag} from '../raw-bytes.ts';
import {type PageSite, renderPage} from './layout.ts';
import type {Page} from './page-request.ts';

/** Headers of every page, which allow only its own stylesheet, script, pictures and forms. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    ...['style-src', 'script-src', 'img-src', 'connect-src', 'form-action'].map((name) => `${name} 'self'`),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Headers of raw bytes: pushed content never runs, and never has another type, wherever it is opened. */
export const RAW_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

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
