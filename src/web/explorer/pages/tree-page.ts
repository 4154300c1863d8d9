import {type CommitSummary, formatSignatureTime} from '../../../domain/commit.ts';
import {readLastCommits} from '../../../read/last-commits.ts';
import {type ListedChild, listChildren} from '../../../read/list-directory.ts';
import {findEntry} from '../../../read/read-file.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {formatBytes, formatCount} from '../../../util/format.ts';
import {renderDocument} from '../content/render-document.ts';
import {type Html, html, NOTHING, raw, shortOid, showBreakable, showDate, showName} from '../html.ts';
import {cached, hrefAt, hrefAtCommit, type Page, type PlaceRequest} from '../page-request.ts';
import {breadcrumbs, cloneBox, commitLine, commitLink, titleOf} from '../parts.ts';

/** More lines make a page that is long in coming and hard to read. */
const PER_PAGE = 1000;

/** One page of a directory. */
interface DirectoryPage {
  /** How many entries the pages before have. */
  readonly start: number;
  readonly entries: readonly ListedChild[];
  readonly total: number;
  readonly readme: ListedChild | undefined;
  readonly lastCommits: ReadonlyMap<string, CommitSummary>;
  readonly newest: CommitSummary | undefined;
}

/**
 * A directory; undefined where there is none. Further pages are those of the commit that the first page showed, so that
 * nothing is missed or seen twice when the branch moves.
 */
export async function treePage(request: PlaceRequest): Promise<Page | undefined> {
  const {place, revision} = request;
  const path = place.path;
  const start = startOf(request);
  const page = await cached(request, ['tree', revision.commit, path, String(start)], {
    compute: () => readPage(request, start),
    weigh: (read) => (read?.entries.length ?? 0) * 600,
  });
  if (!page) return undefined;
  return {
    title: titleOf(request),
    body: html`${breadcrumbs(request)}
<h1 class="away">${showName(place.path === '' ? place.repo : place.path)}</h1>
${place.path === '' ? cloneBox(request) : ''}
${page.newest ? html`<div class="box">${commitLine(request, page.newest)}</div>` : ''}
${table(request, page)}
${pageLinks(request, page)}
${page.readme && start === 0 ? await readmeBox(request, page.readme) : ''}`,
  };
}

/** As `after` of the API's cursor: a number of entries. @throws USAGE */
function startOf({query}: PlaceRequest): number {
  const after = query.get('after') ?? '0';
  if (/^\d{1,9}$/.test(after)) return Number(after);
  throw new CtrError('USAGE', 'this is no page of a directory', {hint: 'Begin with its first page.'});
}

async function readPage(request: PlaceRequest, start: number): Promise<DirectoryPage | undefined> {
  const {reader, revision, place, gate} = request;
  const directory = place.path;
  const listed = await cached(request, ['children', revision.commit, directory], {
    compute: () => gate.pass(() => listChildren(reader, revision.snapshot, directory)),
    weigh: (children) => children.length * 400,
  });
  if (listed.length === 0 && directory !== '') return undefined;
  const entries = listed.slice(start, start + PER_PAGE);
  const names = entries.map(({name}) => name);
  const lastCommits = withoutBulk(
    await gate.pass(() => readLastCommits(reader, revision, {directory, names})),
  );
  const newest = newestOf(lastCommits);
  return {start, entries, total: listed.length, readme: findReadme(listed), lastCommits, newest};
}

/** Commits for the cache, without the possibly thousands of changed paths. */
function withoutBulk(commits: ReadonlyMap<string, CommitSummary>): Map<string, CommitSummary> {
  return new Map(Array.from(commits, ([name, commit]) => [name, {...commit, paths: [], message: ''}]));
}

function newestOf(commits: ReadonlyMap<string, CommitSummary>): CommitSummary | undefined {
  return [...commits.values()].reduce<CommitSummary | undefined>(
    (newest, commit) => (newest === undefined || isNewer(commit, newest) ? commit : newest),
    undefined,
  );
}

function isNewer(a: CommitSummary, b: CommitSummary): boolean {
  return a.order > b.order || (a.order === b.order && a.seq > b.seq);
}

function table(request: PlaceRequest, {entries, total, lastCommits}: DirectoryPage): Html {
  if (total === 0) return html`<p class="notice">There are no files in this commit.</p>`;
  return html`<table class="files">
<thead><tr><th scope="col">Name</th><th scope="col" class="wide">Last change</th><th scope="col" class="right when">When</th><th scope="col" class="right size">Size</th></tr></thead>
<tbody>
${parentRow(request)}${entries.map((entry) => row(request, entry, lastCommits.get(entry.name)))}
</tbody>
</table>`;
}

/** Where the other pages of a long directory are. */
function pageLinks(request: PlaceRequest, {start, entries, total}: DirectoryPage): Html {
  if (total <= PER_PAGE && start === 0) return NOTHING;
  const end = start + entries.length;
  const linkTo = (after: number, rel: 'prev' | 'next', text: string) =>
    html`<a href="${hrefAtCommit(request, request.revision.commit, {}, {after: after > 0 ? String(after) : undefined})}" rel="${rel}">${text}</a>`;
  return html`<nav class="pages" aria-label="Pages">${start > 0 ? linkTo(Math.max(0, start - PER_PAGE), 'prev', 'Previous entries') : ''}
<span class="dim">${entries.length === 0 ? 'none' : `${formatCount(start + 1)} to ${formatCount(end)}`} of ${formatCount(total)} entries</span>
${end < total ? linkTo(end, 'next', 'Next entries') : ''} <a href="${hrefAt(request, {view: 'find'})}">Find a file</a></nav>`;
}

function parentRow(request: PlaceRequest): Html {
  const path = request.place.path;
  if (path === '') return NOTHING;
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return html`<tr class="parent"><td class="name"><a href="${hrefAt(request, {view: 'tree', path: parent})}" aria-label="Parent directory">..</a></td><td class="wide"></td><td></td><td class="size"></td></tr>
`;
}

function row(request: PlaceRequest, entry: ListedChild, commit: CommitSummary | undefined): Html {
  const kind = kindOf(entry);
  const view = entry.type === 'tree' ? 'tree' : 'file';
  return html`<tr><td class="name"><span class="icon ${kind}" aria-hidden="true"></span><a href="${hrefAt(request, {view, path: entry.path})}">${showBreakable(entry.name)}</a>${note(entry)}</td><td class="wide dim">${commit ? commitLink(request, commit) : ''}</td><td class="right dim">${commit ? showDate(formatSignatureTime(commit.author), request.options.now()) : ''}</td><td class="right dim size">${entry.sizeBytes === null ? '' : formatBytes(entry.sizeBytes)}</td></tr>
`;
}

function kindOf({type, mode}: ListedChild): 'directory' | 'file' | 'link' | 'module' {
  if (type === 'tree') return 'directory';
  if (type === 'commit') return 'module';
  return mode === '120000' ? 'link' : 'file';
}

function note({type, mode, oid}: ListedChild): Html {
  if (type === 'commit') return html` <span class="dim">@ ${shortOid(oid ?? '')} (submodule)</span>`;
  return mode === '120000' ? html` <span class="dim">(link)</span>` : NOTHING;
}

/** The README of a directory: Markdown before plain text. */
function findReadme(entries: readonly ListedChild[]): ListedChild | undefined {
  const named = (pattern: RegExp) =>
    entries.find(({name, type, mode}) => type === 'blob' && mode !== '120000' && pattern.test(name));
  return named(/^readme\.(?:md|markdown)$/i) ?? named(/^readme(?:\.(?:txt|rst|adoc))?$/i);
}

async function readmeBox(request: PlaceRequest, {path, name}: ListedChild): Promise<Html> {
  const entry = await findEntry(request.reader, request.revision, path);
  if (entry?.content === undefined) return NOTHING;
  const {content} = entry;
  const markup = await renderDocument(request, {...entry, content});
  if (markup === undefined) return NOTHING;
  return html`<section class="box readme" aria-label="${showName(name)}"><h2 class="box-title"><a href="${hrefAt(request, {view: 'file', path})}">${showName(name)}</a></h2><div class="prose">${raw(markup)}</div></section>`;
}
