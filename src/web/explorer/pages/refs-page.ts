import {type ListedRef, listRefs} from '../../../read/list-refs.ts';
import {VIEWS, type View} from '../explorer-url.ts';
import {type Html, html, shortOid, shortRef, showName} from '../html.ts';
import {hrefOf, type Page, type RepositoryRequest, revisionOfRef} from '../page-request.ts';
import {notice} from '../parts.ts';

const SHOWN_MAX = 1000;

/** All branches, or all tags and other refs; with `view` and `path` their links lead there. */
export async function refsPage(request: RepositoryRequest, kind: 'branches' | 'tags'): Promise<Page> {
  const refs = await listRefs(request.reader);
  const isBranch = ({name}: ListedRef) => name.startsWith('refs/heads/');
  const isTag = ({name}: ListedRef) => name.startsWith('refs/tags/');
  const others = refs.filter((ref) => !isBranch(ref) && !isTag(ref));
  const path = request.query.get('path');
  return {
    title: kind === 'branches' ? 'Branches' : 'Tags',
    body: html`<h1>${kind === 'branches' ? 'Branches' : 'Tags'}</h1>
${path ? html`<p>Links lead to <code>${showName(path)}</code>.</p>` : ''}
${kind === 'branches' ? section(request, headFirst(request, refs.filter(isBranch)), 'There are no branches.') : section(request, refs.filter(isTag), 'There are no tags.')}
${kind === 'tags' && others.length > 0 ? html`<h2>Other refs</h2>${section(request, others, '')}` : ''}
<p>${otherKind(request, kind)}</p>`,
  };
}

function otherKind(request: RepositoryRequest, kind: 'branches' | 'tags'): Html {
  const page = kind === 'branches' ? 'tags' : 'branches';
  const {view, path} = placeOf(request);
  const href = hrefOf(
    request.options,
    {page, repo: request.repository.name},
    {view, path: path || undefined},
  );
  return html`<a href="${href}">${page === 'tags' ? 'Tags and other refs' : 'Branches'}</a>`;
}

function headFirst({reader}: RepositoryRequest, refs: readonly ListedRef[]): ListedRef[] {
  const isHead = ({name}: ListedRef) => name === reader.repository.head;
  return [...refs.filter(isHead), ...refs.filter((ref) => !isHead(ref))];
}

function section(request: RepositoryRequest, refs: readonly ListedRef[], none: string): Html {
  if (refs.length === 0) return notice(none);
  const left = refs.length - SHOWN_MAX;
  return html`<ul class="refs" data-switch>${refs.slice(0, SHOWN_MAX).map((ref) => item(request, ref))}</ul>
${left > 0 ? notice(`${left} more are not shown; their URLs work all the same.`) : ''}`;
}

function item(request: RepositoryRequest, {name, commit, reason, indexedAt}: ListedRef): Html {
  const {options, repository, reader} = request;
  const label = showName(shortRef(name));
  if (commit === null)
    return html`<li><span>${label}</span> <span class="dim">${reason ?? ''}</span></li>
`;
  const href = hrefOf(options, {repo: repository.name, revision: revisionOfRef(name), ...placeOf(request)});
  const head = name === reader.repository.head ? html` <span class="badge">default</span>` : '';
  const commitHref = hrefOf(options, {page: 'commit', repo: repository.name, oid: commit});
  return html`<li><a href="${href}">${label}</a>${head} <span class="dim">commit <a href="${commitHref}"><code>${shortOid(commit)}</code></a>, indexed <time datetime="${indexedAt}">${indexedAt.slice(0, 16).replace('T', ' ')} UTC</time></span></li>
`;
}

/** Which view of which path the links lead to. */
function placeOf({query}: RepositoryRequest): {view: View; path: string} {
  const view = VIEWS.find((known) => known === query.get('view') && known !== 'raw') ?? 'tree';
  return {view, path: query.get('path') ?? ''};
}
