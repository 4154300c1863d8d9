import {type CommitSummary, formatSignatureTime} from '../../../domain/commit.ts';
import {listCommits} from '../../../read/read-log.ts';
import {type Html, html, showBreakable, showDate, showLine} from '../html.ts';
import {hrefAtCommit, type Page, type PlaceRequest} from '../page-request.ts';
import {breadcrumbs, commitLink, commitOid, notice, titleOf} from '../parts.ts';

const PER_PAGE = 50;

/**
 * The commits that changed the path, newest first. Further pages are those of the commit that the first page showed,
 * so that nothing is missed or seen twice when the branch moves.
 */
export async function historyPage(request: PlaceRequest): Promise<Page> {
  const {reader, revision, query} = request;
  const path = request.place.path;
  const after = query.get('after') ?? undefined;
  const commits = await listCommits(reader, {history: revision.history, path, after, limit: PER_PAGE + 1});
  const shown = commits.slice(0, PER_PAGE);
  return {
    title: `History of ${titleOf(request)}`,
    body: html`${breadcrumbs(request)}
<h1>History${path === '' ? '' : html` of <code>${showBreakable(path)}</code>`}</h1>
${shown.length === 0 ? notice('No commit of this revision changed this path.') : html`<ul class="commits">${shown.map((commit) => item(request, commit, path))}</ul>`}
${olderLink(request, {hasMore: commits.length > PER_PAGE, last: shown.at(-1)})}`,
  };
}

function item(request: PlaceRequest, commit: CommitSummary, path: string): Html {
  // The path is a directory as often as a file: whichever it is, its page finds out.
  const there = hrefAtCommit(request, commit.oid, {view: path === '' ? 'tree' : 'file', path});
  const date = showDate(formatSignatureTime(commit.author), request.options.now());
  return html`<li><div class="what">${commitLink(request, commit)}<div class="dim">${showLine(commit.author.name)} · ${date}${commit.parents.length > 1 ? ' · merge' : ''}</div></div><div class="actions">${commitOid(request, commit.oid)}<a href="${there}">Browse</a></div></li>
`;
}

function olderLink(
  request: PlaceRequest,
  {hasMore, last}: {hasMore: boolean; last: CommitSummary | undefined},
): Html | '' {
  if (!hasMore || !last) return '';
  const href = hrefAtCommit(request, request.revision.commit, {}, {after: last.oid});
  return html`<p class="pages"><a href="${href}" rel="next">Older commits</a></p>`;
}
