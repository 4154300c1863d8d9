import {formatExpression} from '../../../domain/query/format-query.ts';
import {type EverythingAnswer, type FoundVersion, searchEverything} from '../../../read/search-everything.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, NOTHING, shortOid, shortRef, showLine, showName} from '../html.ts';
import {hrefAt, hrefIn, hrefOf, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';
import {grouped} from './search-facets.ts';
import {type Asked, countLine, EVERYTHING, fileHit, limitOf, moreLink} from './search-hit.ts';
import {offersInEverything} from './search-offers.ts';

/**
 * Every version ever that matches: of each file the best one, and how many there are; with the parameter `each`, each
 * of them by itself.
 */
export async function everyVersion(request: PlaceRequest, asked: Asked): Promise<Html> {
  const {text, query} = asked;
  const isByPath = !request.query.has('each');
  const limit = limitOf(request);
  // One more tells whether there are more files than are shown.
  const answer = await searchEverything(request.reader, {
    query,
    limit: isByPath ? limit + 1 : limit,
    now: () => performance.now(),
    isByPath,
  });
  const shown = answer.hits.slice(0, limit);
  const left = isByPath ? answer.hits.length - shown.length : answer.total - shown.length;
  return html`${isByPath ? filesLine(answer, shown.length) : countLine(answer.total, shown.length, answer.tookMs, 'version')}
${answer.notes.map((note) => notice(showLine(note)))}
${answer.total === 0 ? await offersInEverything(request, asked) : ''}
${shown.map((hit) => versionHit(request, hit, asked))}${left > 0 ? moreLink(request, text) : ''}`;
}

function filesLine({total, hits, tookMs}: EverythingAnswer, shown: number): Html {
  if (hits.length > shown || total === 0) return countLine(total, shown, tookMs, 'version', 'files');
  const files = `${formatCount(shown)} ${shown === 1 ? 'file' : 'files'}`;
  return html`<p class="dim" role="status">${formatCount(total)} ${total === 1 ? 'version' : 'versions'} of ${files} (${tookMs} ms)</p>`;
}

function versionHit(request: PlaceRequest, hit: FoundVersion, asked: Asked): Html {
  const {options, place} = request;
  const revision = {family: 'revision', name: hit.commit} as const;
  const href = hrefOf(options, {repo: place.repo, revision, view: 'file', path: hit.path});
  const more = html`${lifetime(request, hit)}${eachLink(request, hit, asked)}`;
  return fileHit(hit, {href, where: whereOf(hit), more});
}

function whereOf({ref, refsTotal, commit}: FoundVersion): string {
  if (ref === null) return `as of ${shortOid(commit)}`;
  return `on ${showName(shortRef(ref))}${refsTotal > 1 ? ` and ${refsTotal - 1} more` : ''}`;
}

/** The commits between which the version is shown; of a current one only the first. */
function lifetime(request: PlaceRequest, {refsTotal, first, last}: FoundVersion): Html {
  if (first === null) return NOTHING;
  const link = (oid: string) =>
    html`<a href="${hrefIn(request, {page: 'commit', oid})}"><code>${shortOid(oid)}</code></a>`;
  if (refsTotal > 0) return html` · since ${link(first)}`;
  return html` · ${link(first)}${last === null || last === first ? '' : html` to ${link(last)}`}`;
}

/** Leads to all versions of the file that match. */
function eachLink(request: PlaceRequest, {path, versionCount = 1}: FoundVersion, {text, query}: Asked): Html {
  if (versionCount === 1) return NOTHING;
  const narrower = `${grouped(text, query)} ${formatExpression({type: 'path', pattern: `/${path}`})}`;
  const href = hrefAt(request, {view: 'search'}, {q: narrower, in: EVERYTHING, each: '1'});
  return html` · <a href="${href}">${formatCount(versionCount)} versions</a>`;
}
