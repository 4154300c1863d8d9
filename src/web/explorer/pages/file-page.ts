import {directoryOf, type EntrySummary} from '../../../domain/entry.ts';
import {type EntryText, findEntry, openBytes} from '../../../read/read-file.ts';
import {formatBytes, formatCount} from '../../../util/format.ts';
import {isImage} from '../../raw-bytes.ts';
import {openHighlighter, splitMarkup} from '../content/highlight.ts';
import {resolvePath} from '../content/markdown.ts';
import {isMarkdown, renderDocument} from '../content/render-document.ts';
import {cutForShow, type ShownText} from '../content/shown-text.ts';
import {type Html, html, NOTHING, raw, showName} from '../html.ts';
import {cached, hrefAt, type Page, type PlaceRequest} from '../page-request.ts';
import {breadcrumbs, notice, titleOf} from '../parts.ts';
import {alsoOn, findNear} from './where-page.ts';

/** Of a text that is not in the index, this much of its beginning is shown. */
const BEGINNING_BYTES = 64 * 1024;

/** A file; undefined where there is none. */
export async function filePage(request: PlaceRequest): Promise<Page | undefined> {
  const {reader, place, revision} = request;
  const path = place.path;
  const [entry, near] = await Promise.all([findEntry(reader, revision, path), findNear(request, path)]);
  if (!entry) return undefined;
  const {content, toggle, lines} = await fileContent(request, entry);
  return {
    title: titleOf(request),
    body: html`${breadcrumbs(request)}
<h1 class="away">${showName(path)}</h1>
<section class="box">
<div class="box-title"><span>${facts(entry, lines)}</span><nav class="actions" aria-label="File">${toggle}${actions(request, entry)}</nav></div>
${content}
</section>
${alsoOn(request, entry, near)}`,
  };
}

function facts(entry: EntrySummary, lines: number | undefined): string {
  const parts = [
    lines === undefined ? undefined : `${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'}`,
    entry.kind === 'submodule' ? undefined : formatBytes(entry.sizeBytes),
    entry.kind === 'symlink' || entry.kind === 'submodule' ? undefined : (entry.language ?? entry.mime),
    entry.encoding && entry.encoding !== 'utf-8' ? entry.encoding : undefined,
    entry.mode === '100755' ? 'executable' : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function actions(request: PlaceRequest, {path, kind, notIndexed}: EntrySummary): Html {
  const hasBytes = kind !== 'submodule' && notIndexed !== 'excluded' && notIndexed !== 'unreadable';
  const action = (view: 'raw' | 'history' | 'where', text: string) =>
    html`<a href="${hrefAt(request, {view, path})}">${text}</a>`;
  return html`${hasBytes ? action('raw', kind === 'binary' ? 'Download' : 'Raw') : ''}${action('history', 'History')}${action('where', 'Where else')}`;
}

interface FileContent {
  readonly content: Html;
  readonly toggle: Html;
  readonly lines?: number | undefined;
}

async function fileContent(request: PlaceRequest, entry: EntryText): Promise<FileContent> {
  const plain = (content: Html): FileContent => ({content, toggle: NOTHING});
  const {kind, content, notIndexed} = entry;
  if (kind === 'submodule') return plain(submodule(entry));
  if (notIndexed === 'excluded')
    return plain(notice('The owner of the repository keeps this file out of the index.'));
  if (notIndexed === 'unreadable') return plain(notice('Git could not read this file when it was indexed.'));
  if (kind === 'symlink') return plain(symlink(request, entry));
  if (kind === 'binary') return plain(binary(request, entry));
  if (content === undefined) return plain(await beginning(request, entry));
  if (kind === 'lfs') return plain(html`${lfs(content)}${await code(request, {...entry, content})}`);
  return textContent(request, {...entry, content});
}

async function textContent(
  request: PlaceRequest,
  entry: EntrySummary & {content: string},
): Promise<FileContent> {
  const lines = countLines(entry.content);
  const isPlain = request.query.has('plain');
  const markup = isMarkdown(entry) ? await renderDocument(request, entry) : undefined;
  const source = hrefAt(request, {view: 'file', path: entry.path}, {plain: '1'});
  const rendered = hrefAt(request, {view: 'file', path: entry.path});
  const toggle =
    markup === undefined
      ? NOTHING
      : isPlain
        ? html`<a href="${rendered}">Rendered</a>`
        : html`<a href="${source}">Source</a>`;
  if (markup !== undefined && !isPlain)
    return {content: html`<div class="prose">${raw(markup)}</div>`, toggle, lines};
  const tooLong = isMarkdown(entry) && markup === undefined;
  return {
    content: html`${tooLong ? notice('This document is too long to be rendered, or takes too long; here is its source.') : ''}${await code(request, entry)}`,
    toggle,
    lines,
  };
}

function countLines(text: string): number {
  let count = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The text with a number for each line. */
async function code(request: PlaceRequest, entry: EntrySummary & {content: string}): Promise<Html> {
  const markup = await cached(request, ['code', entry.oid, entry.language ?? ''], {
    compute: async () => String(await codeTable(cutForShow(entry.content), entry.language)),
    weigh: (text) => 2 * text.length,
  });
  const isCut = cutForShow(entry.content).isCut;
  return html`${raw(markup)}${isCut ? cutNotice(request, entry) : ''}`;
}

function cutNotice(request: PlaceRequest, {path}: EntrySummary): Html {
  return notice(
    html`This is a part of the file, and long lines are cut. <a href="${hrefAt(request, {view: 'raw', path})}">The raw file</a> has all of it.`,
  );
}

async function codeTable({text, lines, isCut}: ShownText, language: string | undefined): Promise<Html> {
  if (lines.length === 0) return notice('This file is empty.');
  // Of cut lines the grammar would see nonsense.
  const markup = isCut ? undefined : (await openHighlighter(language))(text);
  const shown =
    markup === undefined ? lines.map((line) => html`${line}`) : splitMarkup(markup).map((line) => raw(line));
  const rows = lines.map(
    (_, at) =>
      html`<div class="line" id="L${at + 1}"><a href="#L${at + 1}" tabindex="-1">${at + 1}</a><code>${shown[at] ?? ''}</code></div>`,
  );
  return html`<div class="code" role="region" aria-label="Content of the file" tabindex="0">${rows}</div>`;
}

/** A text above the limit of the index: only its first bytes are read. */
async function beginning(request: PlaceRequest, entry: EntrySummary): Promise<Html> {
  const head = {first: 0, last: Math.min(BEGINNING_BYTES, entry.sizeBytes) - 1};
  const chunks: Buffer[] = [];
  for await (const chunk of await openBytes(request.reader, entry, head)) chunks.push(chunk as Buffer);
  const shown = cutForShow(Buffer.concat(chunks).toString('utf8'));
  return html`${notice(
    html`This file is too large to be searched and shown whole; here is its beginning. <a href="${hrefAt(request, {view: 'raw', path: entry.path})}">The raw file</a> has all ${formatBytes(entry.sizeBytes)}.`,
  )}${await codeTable({...shown, isCut: true}, undefined)}`;
}

function binary(request: PlaceRequest, entry: EntrySummary): Html {
  const href = hrefAt(request, {view: 'raw', path: entry.path});
  if (isImage(entry)) return html`<p class="picture"><img src="${href}" alt="${showName(entry.path)}"></p>`;
  return html`<p class="notice">This is a binary file (${entry.mime}). <a href="${href}" download>Download it</a>, ${formatBytes(entry.sizeBytes)}.</p>`;
}

function submodule({oid}: EntrySummary): Html {
  return notice(
    html`This is a submodule: another repository at commit <code>${oid}</code>. Its files are not here.`,
  );
}

function symlink(request: PlaceRequest, {path, content}: EntryText): Html {
  if (content === undefined) return notice('This is a symbolic link whose target is no text.');
  const isInside = !content.startsWith('/') && !/\p{Cc}/u.test(content);
  const target = resolvePath(path, content);
  const shown = html`<code>${showName(content.slice(0, 4096))}</code>`;
  return notice(
    html`This is a symbolic link to ${isInside && target !== '' ? html`<a href="${hrefAt(request, {view: 'file', path: target})}">${shown}</a>` : shown}, seen from ${showName(directoryOf(path) || 'the root')}.`,
  );
}

function lfs(pointer: string): Html {
  const size = /^size (\d{1,15})$/m.exec(pointer)?.[1];
  return notice(
    `This file is kept in Git LFS${size === undefined ? '' : ` (${formatBytes(Number(size))})`}: the repository has this pointer only.`,
  );
}
