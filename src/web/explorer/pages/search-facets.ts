import type {Facet, Facets} from '../../../domain/facets.ts';
import type {Query} from '../../../domain/query.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, showName} from '../html.ts';
import {hrefAt, type PlaceRequest} from '../page-request.ts';
import type {Asked} from './search-hit.ts';

const SHOWN_MAX = 8;

/** What narrows a search, each value a link to the narrower one. */
export function facetLists(request: PlaceRequest, {text, query, facets}: Asked & {facets: Facets}): Html {
  const lists = [
    facetList(request, {
      title: 'Language',
      text,
      facet: facets.languages,
      filterOf: (value) => `lang:${quoted(value)}`,
    }),
    facetList(request, {
      title: 'Extension',
      text,
      facet: facets.extensions,
      filterOf: (value) => `ext:${quoted(value)}`,
    }),
    facetList(request, {
      title: 'Folder',
      text,
      facet: foldersOf(facets.directories, folderOf(query)),
      filterOf: (value) => `path:${quoted(`/${value}/`)}`,
    }),
  ];
  return html`<aside class="facets" aria-label="Narrow the search">${lists}</aside>`;
}

/** The first directory that the query is narrowed to by `path:/directory/`. */
function folderOf({clauses}: Query): string | undefined {
  const patterns = clauses.flatMap((clause) =>
    clause.type === 'path' && !clause.isNegated ? [clause.pattern] : [],
  );
  return patterns.find((pattern) => /^\/[^*?]+\/$/.test(pattern))?.slice(1, -1);
}

/** Directories by their first part, or by the first part below `under`. */
export function foldersOf(directories: Facet, under: string | undefined): Facet {
  const start = under === undefined ? '' : `${under}/`;
  const counts = new Map<string, number>();
  for (const {value, count} of directories) {
    if (!value.startsWith(start) || value === '') continue;
    const slash = value.indexOf('/', start.length);
    const folder = slash < 0 ? value : value.slice(0, slash);
    counts.set(folder, (counts.get(folder) ?? 0) + count);
  }
  return [...counts]
    .map(([value, count]) => ({value, count}))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

interface FacetList {
  readonly title: string;
  readonly text: string;
  readonly facet: Facet;
  readonly filterOf: (value: string) => string | undefined;
}

function facetList(request: PlaceRequest, {title, text, facet, filterOf}: FacetList): Html | '' {
  const items = facet.slice(0, SHOWN_MAX).map(({value, count}) => {
    const filter = filterOf(value);
    const name = showName(value);
    const isThere = filter === undefined || text.includes(filter);
    return html`<li>${isThere ? html`<span>${name}</span>` : html`<a href="${hrefAt(request, {view: 'search'}, {q: `${text} ${filter}`})}">${name}</a>`} <span class="dim">${formatCount(count)}</span></li>`;
  });
  return items.length === 0 ? '' : html`<h2>${title}</h2><ul>${items}</ul>`;
}

/** Between quotes every character stands for itself, but there is no way to say a quote. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(value) ? value : `"${value.replaceAll('"', '?')}"`;
}
