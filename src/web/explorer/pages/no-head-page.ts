import {listInsteadOfHead} from '../../../read/lost-head.ts';
import {openGitTargets} from '../../git-targets.ts';
import {type Html, html, shortRef, showName} from '../html.ts';
import {hrefIn, type Page, type RepositoryRequest, revisionOfRef} from '../page-request.ts';
import {cloneBox, cloneUrl, notice} from '../parts.ts';

const REFS_MAX = 100;

/**
 * A repository whose HEAD leads to no commit: the branches that there are, with a way to each; how to push where there
 * is nothing. While the first import runs, another page says so.
 */
export async function noHeadPage(request: RepositoryRequest): Promise<Page> {
  const {repository, reader} = request;
  const names = await listInsteadOfHead(reader);
  const body = names.length > 0 ? refList(request, names) : await nothingYet(request);
  return {title: repository.name, body: html`<h1>${showName(repository.name)}</h1>${body}`};
}

function refList(request: RepositoryRequest, names: readonly string[]): Html {
  const {head} = request.reader.repository;
  const why = head
    ? html`The default branch, ${showName(shortRef(head))}, does not exist.`
    : html`No branch is the default one.`;
  const items = names.slice(0, REFS_MAX).map((name) => {
    const href = hrefIn(request, {revision: revisionOfRef(name)});
    return html`<li><a href="${href}">${showName(shortRef(name))}</a></li>
`;
  });
  const all = hrefIn(request, {page: 'branches'});
  const more = names.length > REFS_MAX ? html`<p><a href="${all}">All branches</a></p>` : '';
  return html`${notice(why)}<h2>Branches and tags</h2><ul class="repositories">${items}</ul>${more}`;
}

async function nothingYet(request: RepositoryRequest): Promise<Html> {
  const {options, repository, reader} = request;
  const targets = await openGitTargets(options)(repository, reader.repository);
  if (targets === undefined) return notice('Nothing is indexed here yet.');
  if (targets.size > 0)
    return notice('What was pushed is not indexed yet. Its owner finds out more with ctr status.');
  const url = cloneUrl(request);
  const how =
    url === undefined
      ? ''
      : html`${cloneBox(request)}<h2>Start a new one</h2>
<pre class="message"><code>git clone ${url}</code></pre>
<h2>Push one that you have</h2>
<pre class="message"><code>git remote add origin ${url}
git push -u origin HEAD</code></pre>
<p class="dim">A push asks for a token: the owner of the server makes one with <code>ctr token</code>.</p>`;
  return html`${notice('Nothing has been pushed here yet.')}${how}`;
}
