import {formatSignatureTime} from '../../../domain/commit.ts';
import {readLastCommits} from '../../../read/last-commits.ts';
import {type ListedChild, listChildren} from '../../../read/list-directory.ts';
import type {CommitSummary} from '../../../store/index-store.ts';
import {formatBytes} from '../../../util/format.ts';
import {cloneBox} from '../clone-box.ts';
import {renderDocument} from '../content/render-document.ts';
import {type Html, html, NOTHING, raw, shortOid, showBreakable, showDate, showName} from '../html.ts';
import {cached, hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {breadcrumbs, commitLine, commitLink, titleOf} from '../parts.ts';

/** More lines make a page that no browser shows well. */
const ENTRIES_MAX = 2000;

interface Directory {
  readonly entries: readonly ListedChild[];
  readonly total: number;
  readonly lastCommits: ReadonlyMap<string, CommitSummary>;
  readonly newest: CommitSummary | undefined;
}

/** A directory; undefined where there is none. */
export async function treePage(request: PlaceRequest): Promise<Page | undefined> {
  const {place, revision} = request;
  const path = place.path;
  const directory = await cached(request, ['tree', revision.commit, path], {
    compute: () => request.gate.pass(() => readDirectory(request, path)),
    weigh: (read) => (read?.entries.length ?? 0) * 600,
  });
  if (!directory) return undefined;
  const readme = findReadme(directory.entries);
  return {
    title: titleOf(request),
    body: html`${breadcrumbs(request)}
<h1 class="away">${showName(place.path === '' ? place.repo : place.path)}</h1>
${place.path === '' ? cloneBox(request) : ''}
${directory.newest ? html`<div class="box">${commitLine(request, directory.newest)}</div>` : ''}
${table(request, directory)}
${readme ? await readmeBox(request, readme) : ''}`,
  };
}

async function readDirectory(request: PlaceRequest, path: string): Promise<Directory | undefined> {
  const {reader, revision} = request;
  const listed = await listChildren(reader, revision.snapshot, path);
  if (listed.length === 0 && path !== '') return undefined;
  const entries = listed.slice(0, ENTRIES_MAX);
  const names = entries.map(({name}) => name);
  const lastCommits = withoutBulk(await readLastCommits(reader, revision, {directory: path, names}));
  return {entries, total: listed.length, lastCommits, newest: newestOf(lastCommits)};
}

/** What is remembered of a commit must not be the thousands of paths that it changed. */
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

function table(request: PlaceRequest, {entries, total, lastCommits}: Directory): Html {
  if (total === 0) return html`<p class="notice">There are no files in this commit.</p>`;
  return html`<table class="files">
<thead><tr><th scope="col">Name</th><th scope="col" class="wide">Last change</th><th scope="col" class="right when">When</th><th scope="col" class="right size">Size</th></tr></thead>
<tbody>
${parentRow(request)}${entries.map((entry) => row(request, entry, lastCommits.get(entry.name)))}
</tbody>
</table>
${total > entries.length ? html`<p class="notice">${total - entries.length} more entries are not shown. <a href="${hrefAt(request, {view: 'find'})}">Find a file</a> by its name.</p>` : ''}`;
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

/** What a directory says of itself: Markdown before plain text. */
function findReadme(entries: readonly ListedChild[]): ListedChild | undefined {
  const named = (pattern: RegExp) =>
    entries.find(({name, type, mode}) => type === 'blob' && mode !== '120000' && pattern.test(name));
  return named(/^readme\.(?:md|markdown)$/i) ?? named(/^readme(?:\.(?:txt|rst|adoc))?$/i);
}

async function readmeBox(request: PlaceRequest, {path, name}: ListedChild): Promise<Html> {
  const entry = await request.reader.store.readEntry(request.revision.snapshot, path);
  if (entry?.content === undefined) return NOTHING;
  const {content} = entry;
  const markup = await renderDocument(request, {...entry, content});
  if (markup === undefined) return NOTHING;
  return html`<section class="box readme" aria-label="${showName(name)}"><h2 class="box-title"><a href="${hrefAt(request, {view: 'file', path})}">${showName(name)}</a></h2><div class="prose">${raw(markup)}</div></section>`;
}
