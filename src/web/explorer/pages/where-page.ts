import type {EntrySummary} from '../../../domain/entry.ts';
import {type Place as FoundPlace, findWhere, type Whereabouts} from '../../../read/find-where.ts';
import {findEntry} from '../../../read/read-file.ts';
import {type Html, html, NOTHING, shortOid, shortRef, showBreakable} from '../html.ts';
import {hrefAt, hrefIn, type Page, type PlaceRequest, revisionOfRef} from '../page-request.ts';
import {breadcrumbs, notice, titleOf} from '../parts.ts';

/** Refs that a file's own page looks at. */
const INLINE_REFS_MAX = 50;
const INLINE_SHOWN_MAX = 10;

/** Every branch and tag that has something at this path, and whether it is the same. */
export async function wherePage(request: PlaceRequest): Promise<Page> {
  const {reader, place, revision} = request;
  const path = place.path;
  const {places, isComplete} = await findWhere(reader, {path});
  const here = await findEntry(reader, revision, path);
  const [same, other] = [
    places.filter((found) => isSame(found, here)),
    places.filter((found) => !isSame(found, here)),
  ];
  return {
    title: `Where else: ${titleOf(request)}`,
    body: html`${breadcrumbs(request)}
<h1>Where <code>${showBreakable(path || '/')}</code> is</h1>
${same.length > 0 ? html`<h2>${here ? 'The same as here' : 'Is a directory there'}</h2>${placeList(request, path, same)}` : ''}
${other.length > 0 ? html`<h2>Another version</h2>${placeList(request, path, other)}` : ''}
${places.length === 0 ? notice('No branch and no tag has it.') : ''}
${isComplete ? '' : notice('There are more branches and tags than were looked at.')}`,
  };
}

/** Where a file's own page says that it is. */
export function findNear({reader}: PlaceRequest, path: string): Promise<Whereabouts> {
  return findWhere(reader, {path, refsMax: INLINE_REFS_MAX});
}

/** Where else a file is, in short. */
export function alsoOn(request: PlaceRequest, entry: EntrySummary, {places, isComplete}: Whereabouts): Html {
  const same = places.filter((found) => isSame(found, entry));
  if (same.length === 0) return NOTHING;
  const shown = same
    .slice(0, INLINE_SHOWN_MAX)
    .map((found) => html`<li>${placeLink(request, entry.path, found)}</li>`);
  const more =
    same.length > shown.length || places.length > same.length || !isComplete
      ? html`<li><a href="${hrefAt(request, {view: 'where', path: entry.path})}">more</a></li>`
      : '';
  return html`<section class="also" aria-label="Also on these branches"><h2>This version is on</h2><ul>${shown}${more}</ul></section>`;
}

function isSame({entry}: FoundPlace, here: EntrySummary | undefined): boolean {
  return entry === null ? here === undefined : entry.seq === here?.seq;
}

/** The places as a list of links to them. */
export function placeList(request: PlaceRequest, path: string, places: readonly FoundPlace[]): Html {
  const items = places.map(
    (found) =>
      html`<li>${placeLink(request, path, found)}${found.entry ? html` <span class="dim"><code>${shortOid(found.entry.oid)}</code></span>` : ''}</li>`,
  );
  return html`<ul class="refs">${items}</ul>`;
}

function placeLink(request: PlaceRequest, path: string, {ref, entry}: FoundPlace): Html {
  const view = entry === null ? 'tree' : 'file';
  const href = hrefIn(request, {revision: revisionOfRef(ref), view, path});
  return html`<a href="${href}">${showBreakable(shortRef(ref))}</a>`;
}
