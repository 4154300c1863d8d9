import {type CommitSummary, formatSignatureTime} from '../../domain/commit.ts';
import {nameOf} from '../../domain/entry.ts';
import type {Facet} from '../../domain/facets.ts';
import {formatCount} from '../../util/format.ts';
import {type Html, html, NOTHING, shortOid, showBreakable, showDate, showLine, showName} from './html.ts';
import {hrefAt, hrefAtCommit, hrefIn, type PlaceRequest, type RepositoryRequest} from './page-request.ts';

/** Pieces that several pages share. */

/** The way from the root to the path, each directory a link. */
export function breadcrumbs(request: PlaceRequest): Html {
  const {place} = request;
  const parts = place.path.split('/');
  const crumbs = parts.map((name, at) => {
    const path = parts.slice(0, at + 1).join('/');
    return at === parts.length - 1
      ? html`<li><span aria-current="page">${showBreakable(name)}</span>${copyButton(place.path, 'Copy the path')}</li>`
      : html`<li><a href="${hrefAt(request, {view: 'tree', path})}">${showBreakable(name)}</a></li>`;
  });
  return html`<nav class="crumbs" aria-label="Path"><ol><li><a href="${hrefAt(request, {view: 'tree'})}">${showName(place.repo)}</a></li>${place.path === '' ? '' : crumbs}</ol></nav>`;
}

/** Puts the text into the clipboard. The page's script shows it: without one it does nothing. */
export function copyButton(text: string, label: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}" title="${label}" aria-label="${label}" hidden></button>`;
}

/** A commit's first digits as a link to it, and the whole oid to copy. */
export function commitOid(request: RepositoryRequest, oid: string): Html {
  const href = hrefIn(request, {page: 'commit', oid});
  return html`<span class="oid"><a href="${href}"><code>${shortOid(oid)}</code></a>${copyButton(oid, "Copy the commit's oid")}</span>`;
}

/** The subject of a commit, leading to it. */
export function commitLink(
  request: RepositoryRequest,
  {oid, subject}: Pick<CommitSummary, 'oid' | 'subject'>,
): Html {
  const text = subject === '' ? '(no message)' : showLine(subject.slice(0, 200));
  return html`<a href="${hrefIn(request, {page: 'commit', oid})}">${text}</a>`;
}

/** One line about a commit: who, what, when. */
export function commitLine(request: RepositoryRequest, commit: CommitSummary): Html {
  const date = showDate(formatSignatureTime(commit.author), request.options.now());
  return html`<div class="commit-line"><span class="who">${showLine(commit.author.name)}</span> <span class="what">${commitLink(request, commit)}</span> <span class="when">${commitOid(request, commit.oid)} ${date}</span></div>`;
}

/** An item of a list of commits. `path`: what `Browse` leads to. */
export function commitItem(
  request: PlaceRequest,
  commit: Pick<CommitSummary, 'oid' | 'subject' | 'parents'> & {author: {name: string}; date: string},
  path: string,
): Html {
  // The path is a directory as often as a file: whichever it is, its page finds out.
  const there = hrefAtCommit(request, commit.oid, {view: path === '' ? 'tree' : 'file', path});
  const date = showDate(commit.date, request.options.now());
  return html`<li><div class="what">${commitLink(request, commit)}<div class="dim">${showLine(commit.author.name)} · ${date}${commit.parents.length > 1 ? ' · merge' : ''}</div></div><div class="actions">${commitOid(request, commit.oid)}<a href="${there}">Browse</a></div></li>
`;
}

/** Says which versions of files could not be compared where commits were asked for that change a text. */
export function notCompared(notSearchable: Facet): Html {
  if (notSearchable.length === 0) return NOTHING;
  const counts = notSearchable.map(({value, count}) => `${formatCount(count)} ${value}`).join(', ');
  return notice(`Not compared, since their text is not in the index: ${counts}.`);
}

/** A message of the page itself. */
export function notice(text: string | Html): Html {
  return html`<p class="notice">${text}</p>`;
}

/** The title of a page: the last part of its path, or the name of the root. */
export function titleOf({place}: Pick<PlaceRequest, 'place'>): string {
  return place.path === '' ? place.repo : nameOf(place.path);
}

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
