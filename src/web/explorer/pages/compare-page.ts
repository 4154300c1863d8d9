import {compareRevisions} from '../../../read/compare-revisions.ts';
import {listRefs} from '../../../read/list-refs.ts';
import {renderChanges} from '../changes.ts';
import {type Html, html, shortOid, shortRef, showName} from '../html.ts';
import type {Page, RepositoryRequest} from '../page-request.ts';
import {commitLine, notice} from '../parts.ts';

const COMMITS_MAX = 100;
const SUGGESTED_MAX = 200;

/** What is in one revision and not in another; without both, a form that asks for them. */
export async function comparePage(request: RepositoryRequest): Promise<Page> {
  const {query} = request;
  const [from, to] = [query.get('from')?.trim(), query.get('to')?.trim()];
  const form = await compareForm(request, {from, to});
  if (!from || !to) return {title: 'Compare', body: html`<h1>Compare two revisions</h1>${form}`};
  return {
    title: `${showName(from)}..${showName(to)}`,
    body: html`<h1>From <code>${showName(from)}</code> to <code>${showName(to)}</code></h1>${form}${await comparison(request, {from, to})}`,
  };
}

async function comparison(request: RepositoryRequest, {from, to}: {from: string; to: string}): Promise<Html> {
  const {options, repository} = request;
  const compared = await compareRevisions(request.reader, {from, to, commitsMax: COMMITS_MAX + 1});
  const commits = compared.commits.slice(0, COMMITS_MAX);
  const place = {repo: repository.name, revision: {family: 'default'}, view: 'tree', path: ''} as const;
  const isAll = compared.commits.length <= COMMITS_MAX;
  return html`<p class="dim">${shortOid(compared.from.commit)} to ${shortOid(compared.to.commit)}</p>
<h2>${isAll ? commits.length : `More than ${COMMITS_MAX}`} ${commits.length === 1 ? 'commit' : 'commits'} that only the second one has</h2>
${commits.length === 0 ? notice('None.') : html`<div class="box lines">${commits.map((commit) => commitLine({options, place}, commit))}</div>`}
${compared.files.length === 0 ? notice('Their files are the same.') : await renderChanges(request, compared.files, {before: compared.from.commit, after: compared.to.commit})}`;
}

async function compareForm(
  {reader}: RepositoryRequest,
  {from, to}: {from: string | undefined; to: string | undefined},
): Promise<Html> {
  const refs = (await listRefs(reader)).filter(({commit}) => commit !== null).slice(0, SUGGESTED_MAX);
  const field = (name: 'from' | 'to', label: string, value: string | undefined) =>
    html`<label>${label} <input name="${name}" list="revisions" value="${value ?? ''}" required maxlength="1024" spellcheck="false" autocomplete="off"></label>`;
  return html`<form class="compare">${field('from', 'From', from)}${field('to', 'To', to)}<button>Compare</button>
<datalist id="revisions">${refs.map(({name}) => html`<option value="${shortRef(name)}"></option>`)}</datalist></form>
<p class="dim">A branch, a tag, or a commit's oid or its first digits.</p>`;
}
