import {html, raw} from 'hono/html';
import {displayPath} from '../../domain/path.ts';
import {escapeText} from '../../util/escape-text.ts';

export {html, raw};

/** Markup in which everything that came from elsewhere is escaped. */
export type Html = ReturnType<typeof html>;

export const NOTHING: Html = html``;

/** A name, a path or a subject as a person may see it: what cannot be shown is escaped visibly. */
export function showName(name: string): string {
  return displayPath(name);
}

/** One line of somebody's words: control characters and turns of the writing direction are escaped visibly. */
export function showLine(text: string): string {
  return escapeText(text).replaceAll('\t', ' ');
}

/** The first digits of an oid, as Git shows them. */
export function shortOid(oid: string): string {
  return oid.slice(0, 8);
}

/** The short name of a ref: main, v1.0, pull/7/head. */
export function shortRef(name: string): string {
  return name.replace(/^refs\/(?:heads\/|tags\/)?/, '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day as people write it; the exact time is in the markup. `iso`: in whatever offset. */
export function showDate(iso: string): Html {
  const [, year = '', month = '', day = ''] = /^([+-]?\d{4,6})-(\d\d)-(\d\d)T/.exec(iso) ?? [];
  const isPlain = /^\d{4}-/.test(iso);
  const text = `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
  return isPlain ? html`<time datetime="${iso}" title="${iso}">${text}</time>` : html`<span>${text}</span>`;
}

/** How long ago that was; only for pages that are never kept. */
export function showAge(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, 'second'];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A link to `href` with this text. */
export function link(href: string, text: string | Html): Html {
  return html`<a href="${href}">${text}</a>`;
}
