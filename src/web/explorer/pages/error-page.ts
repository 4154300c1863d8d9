import type {RunningWork} from '../../../domain/running-work.ts';
import {workWords} from '../../../domain/work-words.ts';
import {findWhere} from '../../../read/find-where.ts';
import {listCommits} from '../../../read/read-log.ts';
import {formatDuration} from '../../../util/format.ts';
import type {Problem} from '../../problem.ts';
import {type Html, html, showBreakable, showLine, showName} from '../html.ts';
import {hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';
import {placeList} from './where-page.ts';

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

/** A page for a failure. */
export function failurePage({status, heading, message, pageHint = '', headers, work}: Problem): Page {
  const retryAfter = headers['Retry-After'];
  if (work) return {...firstImportPage(work), status, retryAfter};
  // A name stays as it is.
  const sentence = showLine(message).replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
  return {
    title: heading,
    status,
    retryAfter,
    body: html`<h1>${heading}</h1>${notice(`${sentence}. ${showLine(pageHint)}`)}`,
  };
}

const REFRESH_SECONDS = 3;

/** How far the first import of a repository is: until it has come to its end there is nothing else to show. */
function firstImportPage(work: RunningWork): Page {
  return {
    title: 'Being imported',
    refreshSeconds: REFRESH_SECONDS,
    body: html`<h1>This repository is being imported</h1>
${bar(work)}
<p role="status">${workWords(work).join(', ')}; begun ${formatDuration(work.elapsedSeconds * 1000)} ago.</p>
<p class="dim">Files, history and search are here as soon as that is done. This page asks again by itself.</p>`,
  };
}

function bar({share}: RunningWork): Html | '' {
  if (share === null) return '';
  return html`<progress max="100" value="${Math.floor(share * 100)}" aria-label="How much is imported"></progress>`;
}
