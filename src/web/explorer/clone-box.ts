import {type Html, html, NOTHING} from './html.ts';
import type {RepositoryRequest} from './page-request.ts';
import {copyButton} from './parts.ts';

type CloneRequest = Pick<RepositoryRequest, 'options' | 'repository' | 'origin'>;

/** The address that a Git client clones from; undefined where there is nothing to clone. */
export function cloneUrl({options, repository, origin}: CloneRequest): string | undefined {
  if (!options.git || repository.gitDir === undefined) return undefined;
  return `${origin}${options.basePath}/${encodeURIComponent(repository.name)}.git`;
}

/** The address to clone from, with a button to copy it. */
export function cloneBox(request: CloneRequest): Html {
  const url = cloneUrl(request);
  if (url === undefined) return NOTHING;
  return html`<div class="clone"><label for="clone-url">Clone</label><input id="clone-url" value="${url}" readonly size="${url.length}">${copyButton(url, 'Copy the address to clone from')}</div>`;
}
