import {type CommitSummary, formatSignatureTime} from '../../../domain/commit.ts';
import {commitTest, logExpression, type WantedCommit} from '../../../domain/commit-match.ts';
import type {Facet} from '../../../domain/facets.ts';
import {parseMoment} from '../../../domain/parse-moment.ts';
import {findTextChanges} from '../../../read/find-text-changes.ts';
import {listCommits} from '../../../read/read-log.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {type Html, html, showBreakable} from '../html.ts';
import {hrefAtCommit, type Page, type PlaceRequest} from '../page-request.ts';
import {breadcrumbs, commitItem, notCompared, notice, titleOf} from '../parts.ts';

const PER_PAGE = 50;

/** The filters as the URL has them: parameters with a value. */
type Filters = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>;
const FILTERS = ['author', 'grep', 'S', 'since', 'until'] as const;

/**
 * The commits that changed the path and match the filters, newest first. Further pages are those of the commit that
 * the first page showed, so that nothing is missed or seen twice when the branch moves.
 */
export async function historyPage(request: PlaceRequest): Promise<Page> {
  const {reader, query} = request;
  const path = request.place.path;
  const after = query.get('after') ?? undefined;
  const filters: Filters = Object.fromEntries(
    FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])),
  );
  const wanted = parseFilters(filters);
  const limit = PER_PAGE + 1;
  const {history, notSearchable} = await withTextChanges(request, filters.S);
  const commits = await listCommits(reader, {...wanted, history, path, after, limit});
  const shown = commits.slice(0, PER_PAGE);
  const none =
    commitTest(wanted) || filters.S
      ? 'No commit matches these filters.'
      : 'No commit of this revision changed this path.';
  return {
    title: `History of ${titleOf(request)}`,
    body: html`${breadcrumbs(request)}
<h1>History${path === '' ? '' : html` of <code>${showBreakable(path)}</code>`}</h1>
${filterForm(filters)}
${notCompared(notSearchable)}
${shown.length === 0 ? notice(none) : html`<ul class="commits">${shown.map((commit) => commitItem(request, {...commit, date: formatSignatureTime(commit.author)}, path))}</ul>`}
${olderLink(request, {hasMore: commits.length > PER_PAGE, last: shown.at(-1), filters})}`,
  };
}

/** The commits that are looked at: all, or those that bring or take away the text. */
async function withTextChanges(
  {reader, revision: {history}, place: {path}}: PlaceRequest,
  text: string | undefined,
): Promise<{history: Uint8Array; notSearchable: Facet}> {
  if (text === undefined) return {history, notSearchable: []};
  const question = {text, isCaseSensitive: true, history, path, now: () => performance.now()};
  const {commits, notSearchable} = await findTextChanges(reader, question);
  return {history: commits, notSearchable};
}

/** @throws USAGE for a text that is no date */
function parseFilters({author, grep, since, until}: Filters): WantedCommit {
  return {
    expression: logExpression({
      authors: author === undefined ? [] : [author],
      messages: grep === undefined ? [] : [grep],
    }),
    sinceSeconds: since === undefined ? undefined : momentOf(since, {isEnd: false}),
    untilSeconds: until === undefined ? undefined : momentOf(until, {isEnd: true}),
  };
}

function momentOf(text: string, options: {readonly isEnd: boolean}): number {
  const seconds = parseMoment(text, options);
  if (seconds !== undefined) return seconds;
  throw new CtrError('USAGE', 'this is no date', {hint: 'Write it as 2026-01-31.'});
}

function filterForm({author, grep, S, since, until}: Filters): Html {
  const field = (name: (typeof FILTERS)[number], label: string, value = '') =>
    html`<label>${label} <input name="${name}" value="${value}" maxlength="1000" spellcheck="false" autocomplete="off"></label>`;
  const day = (name: (typeof FILTERS)[number], label: string, value = '') =>
    html`<label>${label} <input type="date" name="${name}" value="${value}"></label>`;
  return html`<form class="filters">${field('author', 'Author', author)}${field('grep', 'Message', grep)}${field('S', 'Added or removed text', S)}${day('since', 'From', since)}${day('until', 'To', until)}<button>Filter</button></form>`;
}

function olderLink(
  request: PlaceRequest,
  {hasMore, last, filters}: {hasMore: boolean; last: CommitSummary | undefined; filters: Filters},
): Html | '' {
  if (!hasMore || !last) return '';
  const href = hrefAtCommit(request, request.revision.commit, {}, {after: last.oid, ...filters});
  return html`<p class="pages"><a href="${href}" rel="next">Older commits</a></p>`;
}
