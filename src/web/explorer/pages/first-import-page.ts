import type {RunningWork} from '../../../domain/running-work.ts';
import {workWords} from '../../../domain/work-words.ts';
import {formatDuration} from '../../../util/format.ts';
import {type Html, html} from '../html.ts';
import type {Page} from '../page-request.ts';

const REFRESH_SECONDS = 3;

/** How far the first import of a repository is: until it has come to its end there is nothing else to show. */
export function firstImportPage(work: RunningWork): Page {
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
