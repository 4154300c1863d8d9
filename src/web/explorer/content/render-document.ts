import type {EntrySummary} from '../../../domain/entry.ts';
import {extensionOf} from '../../../domain/entry.ts';
import {type FrontMatterField, findFrontMatter, readFrontMatter} from '../../../domain/front-matter.ts';
import {type Html, html, NOTHING, showLine} from '../html.ts';
import {cached, hrefAt, type PlaceRequest} from '../page-request.ts';
import {renderMarkdown, resolvePath} from './markdown.ts';

const PLAIN_MAX_CHARS = 50_000;
/** A document of one line is no document. */
const LINE_MAX_CHARS = 20_000;

type TextEntry = EntrySummary & {readonly content: string};

/** True if the file is a document that is shown rendered. */
export function isMarkdown({path, kind}: Pick<EntrySummary, 'path' | 'kind'>): boolean {
  return kind === 'text' && ['md', 'markdown', 'mdown', 'mkd'].includes(extensionOf(path));
}

/**
 * The document as safe markup, its front matter as a table above it; plain text as it stands. Undefined where it is
 * too long to be rendered.
 */
export async function renderDocument(request: PlaceRequest, entry: TextEntry): Promise<string | undefined> {
  if (!isMarkdown(entry)) {
    const {content} = entry;
    return content.length > PLAIN_MAX_CHARS
      ? undefined
      : String(await html`<pre class="plain">${content}</pre>`);
  }
  const {place, revision, options} = request;
  // Links stay in the revision's own family of URLs, so a document is rendered once for each.
  const base = hrefAt(request, {view: 'tree'});
  return cached(
    request,
    ['document', options.basePath, base, revision.commit, place.view, entry.path, entry.oid],
    {
      compute: () => renderWithFrontMatter(request, entry),
      weigh: (markup) => 2 * (markup?.length ?? 0),
    },
  );
}

async function renderWithFrontMatter(
  request: PlaceRequest,
  {path, content}: TextEntry,
): Promise<string | undefined> {
  const block = findFrontMatter(content);
  const {fields} = readFrontMatter(content);
  // What looks like front matter and cannot be read stays in the text.
  const text = fields.length > 0 && block ? content.slice(block.end) : content;
  if (hasLongLine(text)) return undefined;
  const markup = await renderMarkdown(text, {
    page: (target) => targetHref(request, 'file', {from: path, target}),
    image: (target) => targetHref(request, 'raw', {from: path, target}),
  });
  return markup === undefined ? undefined : String(await frontMatterTable(fields)) + markup;
}

function hasLongLine(text: string): boolean {
  return text.split('\n').some((line) => line.length > LINE_MAX_CHARS);
}

function targetHref(
  request: PlaceRequest,
  view: 'file' | 'raw',
  {from, target}: {from: string; target: string},
): string {
  const path = resolvePath(from, target);
  const isDirectory = path === '' || target.endsWith('/');
  return hrefAt(request, {view: view === 'file' && isDirectory ? 'tree' : view, path});
}

function frontMatterTable(fields: readonly FrontMatterField[]): Html {
  if (fields.length === 0) return NOTHING;
  return html`<table class="front-matter"><caption class="away">Front matter</caption><tbody>${fields.map(
    ({key, value}) => html`<tr><th scope="row">${showLine(key)}</th><td>${value}</td></tr>`,
  )}</tbody></table>`;
}
