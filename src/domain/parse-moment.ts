const DAY_SECONDS = 86_400;

const ISO =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i;
const AGO = /^(?<count>\d{1,6})[ .](?<unit>second|minute|hour|day|week|month|year)s?[ .]ago$/i;

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', DAY_SECONDS],
  ['week', 7 * DAY_SECONDS],
]);

interface MomentOptions {
  /** Without it, relative moments are not understood. */
  readonly now?: Date | undefined;
  /** A date without a time is its last second, not its first. */
  readonly isEnd?: boolean | undefined;
}

/**
 * The seconds since 1970 of a moment: ISO 8601 (`2026-01-31`, `2026-01-31T12:00+01:00`; UTC if it has no offset), or
 * relative as in Git (`2 weeks ago`, `yesterday`). Undefined for other texts.
 */
export function parseMoment(text: string, options: MomentOptions = {}): number | undefined {
  return parseIso(text.trim(), options) ?? (options.now && parseAgo(text.trim(), options.now));
}

function parseIso(text: string, {isEnd = false}: MomentOptions): number | undefined {
  const {date, time, zone = 'Z'} = ISO.exec(text)?.groups ?? {};
  if (date === undefined || !isDate(date)) return undefined;
  const offset = zone.replace(/(\d\d)(\d\d)$/, '$1:$2').toUpperCase();
  const milliseconds = Date.parse(`${date}T${time ?? '00:00'}${offset}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.floor(milliseconds / 1000) + (isEnd && time === undefined ? DAY_SECONDS - 1 : 0);
}

/** `Date` makes the 2nd of March of the 30th of February. */
function isDate(date: string): boolean {
  const milliseconds = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(date);
}

function parseAgo(text: string, now: Date): number | undefined {
  if (/^now$/i.test(text)) return secondsOf(now);
  if (/^yesterday$/i.test(text)) return secondsOf(now) - DAY_SECONDS;
  const {count, unit} = AGO.exec(text)?.groups ?? {};
  if (unit === undefined) return undefined;
  const seconds = UNIT_SECONDS.get(unit.toLowerCase());
  if (seconds !== undefined) return secondsOf(now) - Number(count) * seconds;
  const then = new Date(now);
  then.setUTCMonth(then.getUTCMonth() - Number(count) * (unit.toLowerCase() === 'year' ? 12 : 1));
  return Number.isNaN(then.getTime()) ? undefined : secondsOf(then);
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
