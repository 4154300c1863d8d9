import {type Comparison, compareRevisions, type Dots} from '../../../read/compare-revisions.ts';
import {listRefs} from '../../../read/list-refs.ts';
import {formatCount} from '../../../util/format.ts';
import {renderChanges} from '../changes.ts';
import {type Html, html, shortRef, showBreakable, showName} from '../html.ts';
import {hrefIn, type Page, type RepositoryRequest} from '../page-request.ts';
import {commitLine, commitOid, notice} from '../parts.ts';

const COMMITS_MAX = 100;
const SUGGESTED_MAX = 200;

/** The parsed query of the URL. */
interface Asked {
  readonly from: string;
  readonly to: string;
  readonly dots: Dots;
}

/** Compares two revisions; if one is missing, shows a form for them. */
export async function comparePage(request: RepositoryRequest): Promise<Page> {
  const {query} = request;
  const [from = '', to = ''] = [query.get('from')?.trim(), query.get('to')?.trim()];
  const asked: Asked = {from, to, dots: query.get('dots') === '2' ? 2 : 3};
  const form = await compareForm(request, asked);
  if (!from || !to) return {title: 'Compare', body: html`<h1>Compare two revisions</h1>${form}`};
  return {
    title: `${showName(from)}${'.'.repeat(asked.dots)}${showName(to)}`,
    body: html`<h1>From <code>${showBreakable(from)}</code> to <code>${showBreakable(to)}</code></h1>${form}${await comparison(request, asked)}`,
  };
}

async function comparison(request: RepositoryRequest, asked: Asked): Promise<Html> {
  const {from, to, dots} = asked;
  const compared = await compareRevisions(request.reader, {from, to, dots, commitsMax: COMMITS_MAX});
  return html`<p>${distance(asked, compared)} <a href="${hrefTo(request, {from: to, to: from, dots})}">The other way round</a></p>
${bases(request, asked, compared)}
<h2>${formatCount(compared.aheadCount)} ${compared.aheadCount === 1 ? 'commit' : 'commits'} that only <code>${showBreakable(to)}</code> has</h2>
${commitList(request, compared)}
${await changes(request, asked, compared)}`;
}

function distance({from, to}: Asked, {aheadCount, behindCount}: Comparison): Html {
  const names = [html`<code>${showBreakable(to)}</code>`, html`<code>${showBreakable(from)}</code>`];
  if (aheadCount + behindCount === 0) return html`${names[0]} and ${names[1]} are the same commit.`;
  const ahead = `${formatCount(aheadCount)} ${aheadCount === 1 ? 'commit' : 'commits'} ahead of `;
  return html`${names[0]} is ${ahead}${names[1]} and ${formatCount(behindCount)} behind.`;
}

/** The base of the changes below, with a link to the other base. */
function bases(request: RepositoryRequest, asked: Asked, {mergeBases, from}: Comparison): Html | '' {
  const [first] = mergeBases;
  const other = (dots: Dots, text: string) =>
    html`<a href="${hrefTo(request, {...asked, dots})}">${text}</a>`;
  if (asked.dots === 2)
    return html`<p class="dim">All differences between the two commits · ${other(3, 'Only what changed since their merge base')}</p>`;
  // The notice about unrelated histories stands where the files would be.
  if (first === undefined) return '';
  if (first === from.commit)
    return html`<p class="dim">Everything that came since <code>${showBreakable(asked.from)}</code>.</p>`;
  const several =
    mergeBases.length > 1 ? ` (they have ${mergeBases.length} merge bases; Git takes this one, too)` : '';
  return html`<p class="dim">Only what changed since their merge base ${commitOid(request, first)}${several} · ${other(2, 'All differences between the two')}</p>`;
}

function commitList(request: RepositoryRequest, {commits, aheadCount}: Comparison): Html {
  if (commits.length === 0) return notice('None.');
  const left = aheadCount - commits.length;
  return html`<div class="box lines">${commits.map((commit) => commitLine(request, commit))}</div>
${left > 0 ? notice(`${formatCount(left)} older ones are not shown.`) : ''}`;
}

async function changes(request: RepositoryRequest, asked: Asked, compared: Comparison): Promise<Html> {
  const {files, base, to} = compared;
  if (files) {
    if (files.length === 0) return notice('No file differs.');
    return renderChanges(request, files, {before: base, after: to.commit});
  }
  const why =
    base === undefined
      ? 'The two have no commit in common: their histories are unrelated.'
      : 'The files of their merge base are not indexed (ctr.history = refs).';
  return notice(
    html`${why} <a href="${hrefTo(request, {...asked, dots: 2})}">Compare their files directly</a>`,
  );
}

function hrefTo(request: RepositoryRequest, {from, to, dots}: Asked): string {
  return hrefIn(request, {page: 'compare'}, {from, to, dots: dots === 2 ? '2' : undefined});
}

async function compareForm({reader}: RepositoryRequest, {from, to, dots}: Asked): Promise<Html> {
  const refs = (await listRefs(reader)).filter(({commit}) => commit !== null).slice(0, SUGGESTED_MAX);
  const field = (name: 'from' | 'to', label: string, value: string) =>
    html`<label>${label} <input name="${name}" list="revisions" value="${value}" required maxlength="1024" spellcheck="false" autocomplete="off"></label>`;
  const option = (value: Dots, text: string) =>
    html`<option value="${value}"${value === dots ? html` selected` : ''}>${text}</option>`;
  return html`<form class="compare">${field('from', 'From', from)}${field('to', 'To', to)}<label>changes <select name="dots">${option(3, 'since their merge base (three dots)')}${option(2, 'between the two (two dots)')}</select></label><button>Compare</button>
<datalist id="revisions">${refs.map(({name}) => html`<option value="${shortRef(name)}"></option>`)}</datalist></form>
<p class="dim">A branch, a tag, or a commit's oid or its first digits.</p>`;
}
