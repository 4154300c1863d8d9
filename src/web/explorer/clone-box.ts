import {type Html, html, NOTHING} from './html.ts';
import type {RepositoryRequest} from './page-request.ts';
import {copyButton} from './parts.ts';

/** The address that a Git client clones from; nothing where there is nothing to clone. */
export function cloneBox({
  options,
  repository,
  origin,
}: Pick<RepositoryRequest, 'options' | 'repository' | 'origin'>): Html {
  if (!options.git || repository.gitDir === undefined) return NOTHING;
  const url = `${origin}${options.basePath}/${encodeURIComponent(repository.name)}.git`;
  return html`<div class="clone"><label for="clone-url">Clone</label><input id="clone-url" value="${url}" readonly size="${url.length}">${copyButton(url, 'Copy the address to clone from')}</div>`;
}
