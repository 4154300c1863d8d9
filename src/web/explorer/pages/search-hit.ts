import type {FoundLine} from '../../../domain/query/match-lines.ts';
import type {Query} from '../../../domain/query/query.ts';
import type {FoundFile} from '../../../read/found-file.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, showBreakable, showName} from '../html.ts';
import {hrefAt, type PlaceRequest} from '../page-request.ts';

const HITS_STEP = 25;
const HITS_MAX = 200;
const LINES_SHOWN = 5;
const LINE_MAX_CHARS = 300;

/** The value of the form's scope for every version ever. */
export const EVERYTHING = 'everything';

/** A query, as it was typed and as it was read. */
export interface Asked {
  readonly text: string;
  readonly query: Query;
}

/** How many hits a page is asked for. */
export function limitOf({query}: PlaceRequest): number {
  const wanted = Number(query.get('limit') ?? HITS_STEP);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, HITS_MAX) : HITS_STEP;
}

/** How many there are, and that these are not all. `of`: what is shown of them, where that is something else. */
export function countLine(total: number, shown: number, tookMs: number, what: string, of = ''): Html {
  const best = shown < total && shown > 0 ? `, the best ${shown}${of && ` ${of}`} shown` : '';
  return html`<p class="dim" role="status">${formatCount(total)} ${what}${total === 1 ? '' : 's'}${best} (${tookMs} ms)</p>`;
}

/** A file that matches, with its first lines that do. `where`: what is said of its version. */
export function fileHit(
  {path, language, lines, linesTotal}: FoundFile,
  {href, where, more}: {href: string; where?: string; more?: Html},
): Html {
  const shown = lines.slice(0, LINES_SHOWN);
  const left = linesTotal - shown.length;
  return html`<section class="box hit" aria-label="${showName(path)}"><h2 class="box-title"><a href="${href}">${showBreakable(path)}</a><span class="dim">${language ?? ''} ${where ?? ''}${more ?? ''}</span></h2>
${shown.length === 0 ? '' : html`<div class="matches">${shown.map((line) => html`<div class="line"><a href="${plainHref(href, line.line)}">${line.line}</a><code>${marked(line)}</code></div>`)}</div>`}
${left > 0 ? html`<p class="more"><a href="${plainHref(href, (lines[LINES_SHOWN] ?? lines.at(-1)!).line)}">${left} more ${left === 1 ? 'line' : 'lines'}</a></p>` : ''}</section>
`;
}

/** Lines have numbers in the source of a document, not where it is rendered. */
function plainHref(href: string, line: number): string {
  return `${href}?plain=1#L${line}`;
}

/** A long line is shown from a little before its first match. */
function marked({text, matches}: FoundLine): Html[] {
  const characters = Array.from(text);
  const first = matches[0]?.start ?? 0;
  const start = characters.length > LINE_MAX_CHARS && first > 60 ? first - 40 : 0;
  const end = Math.min(characters.length, start + LINE_MAX_CHARS);
  const part = (from: number, to: number) =>
    characters.slice(Math.max(from, start), Math.min(to, end)).join('').toWellFormed();
  const shown: Html[] = [];
  let at = start;
  for (const match of matches) {
    if (match.end <= start || match.start >= end) continue;
    shown.push(html`${part(at, match.start)}<mark>${part(match.start, match.end)}</mark>`);
    at = match.end;
  }
  return [...shown, html`${part(at, end)}`];
}

/** More of the same, up to as many as a page shows. */
export function moreLink(request: PlaceRequest, text: string): Html | '' {
  if (limitOf(request) >= HITS_MAX) return '';
  const limit = String(Math.min(HITS_MAX, limitOf(request) * 2));
  const kept = Object.fromEntries(['in', 'each'].map((name) => [name, request.query.get(name) ?? undefined]));
  return html`<p class="pages"><a href="${hrefAt(request, {view: 'search'}, {q: text, ...kept, limit})}">More</a></p>`;
}
