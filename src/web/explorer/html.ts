import {html, raw} from 'hono/html';
import {displayPath} from '../../domain/path.ts';
import {escapeText} from '../../util/escape-text.ts';

export {shortRefName as shortRef} from '../../domain/ref.ts';
export {html, raw};

/** Markup in which everything that came from elsewhere is escaped. */
export type Html = ReturnType<typeof html>;

export const NOTHING: Html = html``;

/** A name, a path or a subject as a person may see it: what cannot be shown is escaped visibly. */
export function showName(name: string): string {
  return displayPath(name);
}

/** One line of pushed text: control characters and changes of the writing direction are escaped visibly. */
export function showLine(text: string): string {
  return escapeText(text).replaceAll('\t', ' ');
}

/** The first digits of an oid, as Git shows them. */
export function shortOid(oid: string): string {
  return oid.slice(0, 8);
}

/**
 * A name or a path that wraps behind its separators where there is no room for it: inside a word only where that
 * alone is too long.
 */
export function showBreakable(name: string): Html {
  const parts = showName(name).split(/(?<=[/_-])(?=[^/_-])/);
  return html`${parts.map((part, at) => (at === 0 ? html`${part}` : html`<wbr>${part}`))}`;
}

/** How long ago that was; the exact time is in the markup. `iso`: in any offset. */
export function showDate(iso: string, now: Date): Html {
  const exact = exactTime(iso);
  if (exact === undefined) return html`<span>${iso.slice(0, iso.indexOf('T'))}</span>`;
  const seconds = (now.getTime() - Date.parse(iso)) / 1000;
  return html`<time datetime="${iso}" title="${exact}">${showAgo(seconds) ?? exact.slice(0, 10)}</time>`;
}

/** The same with the exact time first, for pages where it matters most. */
export function showTime(iso: string, now: Date): Html {
  const exact = exactTime(iso);
  if (exact === undefined) return showDate(iso, now);
  const ago = showAgo((now.getTime() - Date.parse(iso)) / 1000);
  return html`<time datetime="${iso}">${exact}</time>${ago === undefined ? '' : ` (${ago})`}`;
}

/** Undefined for a year or an offset that no `time` element can say. */
function exactTime(iso: string): string | undefined {
  if (!/^\d{4}-/.test(iso) || Number.isNaN(Date.parse(iso))) return undefined;
  const [, day, time, offset] = /^(\S+)T(\d\d:\d\d:\d\d)(?:\.\d+)?(.*)$/.exec(iso) ?? [];
  return `${day} ${time} ${offset === 'Z' ? 'UTC' : offset}`;
}

/** Undefined for a time that is yet to come: a clock was wrong somewhere. */
function showAgo(seconds: number): string | undefined {
  if (seconds < -60) return undefined;
  return seconds < 60 ? 'just now' : `${showAge(seconds)} ago`;
}

/** How long that is, in the largest unit. */
export function showAge(seconds: number): string {
  const units: [number, string][] = [
    [31_556_952, 'year'],
    [2_629_746, 'month'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, 'second'];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
