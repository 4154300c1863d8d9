/** A name as a version; `parts` is empty if the name has no number. */
interface Version {
  /** The text before the number: `release`, `@scope/package`; empty for `v1.2` and `1.2`. */
  readonly series: string;
  /** Digits, without leading zeros. */
  readonly parts: readonly string[];
  /** -1: before the release of these numbers, 0: that release, 1: after it. */
  readonly stage: -1 | 0 | 1;
  readonly rest: string;
}

/**
 * Sorts names of tags by the versions in them, newest first: 0.10.0, 0.2.0, 0.2.0-rc.10, 0.2.0-rc.2. Each series of
 * versions is sorted by itself. The one without a name (`v1.2`, `1.2`) is first; names without a number are last. A total
 * order.
 *
 * A version with text after a hyphen comes before the release (Semantic Versioning, 11), and so do `1.0rc1`, `1.0.beta2`,
 * `1.0~3`. A patch, a build or `final` comes after it, as does a letter (`1.1.1w`).
 */
export function byVersion(): (a: string, b: string) => number {
  const parsed = new Map<string, Version>();
  const versionOf = (name: string) => {
    const version = parsed.get(name) ?? parseVersion(name);
    parsed.set(name, version);
    return version;
  };
  return (a, b) => compareVersions(versionOf(a), versionOf(b)) || compareText(a, b);
}

function compareVersions(a: Version, b: Version): number {
  const isVersion = Number(b.parts.length > 0) - Number(a.parts.length > 0);
  return (
    isVersion ||
    compareText(a.series, b.series) ||
    compareParts(b.parts, a.parts) ||
    b.stage - a.stage ||
    compareNaturally(b.rest, a.rest)
  );
}

const NUMBERS = /\d+(?:[._]\d+)*/;
const LATER = /^[-._+]?(?:\+|post|patch|hotfix|build|final|ga|lts|stable|release|rev|sp\d|p\d|r\d|u\d)/;
const EARLIER =
  /^(?:~|[-._]?(?:alpha|beta|rc|cr|pre|preview|dev|snapshot|nightly|canary|next|milestone|ea|unstable|[abcm]\d))/;

function parseVersion(name: string): Version {
  const lower = name.toLowerCase();
  // `@scope/es6-lib@1.0`: the number in the package's name is not a version.
  const last = Math.max(lower.lastIndexOf('/'), lower.lastIndexOf('@')) + 1;
  const start = NUMBERS.test(lower.slice(last)) ? last : 0;
  const found = NUMBERS.exec(lower.slice(start));
  if (!found) return {series: lower, parts: [], stage: 0, rest: ''};
  const before = lower.slice(0, start + found.index);
  const rest = lower.slice(before.length + found[0].length);
  const parts = found[0].split(/[._]/).map((digits) => digits.replace(/^0+(?=\d)/, ''));
  return {series: seriesOf(before), parts, stage: stageOf(rest, parts.length), rest};
}

function seriesOf(before: string): string {
  return before.replace(/(?<![a-z])v(?:er(?:sion)?)?[-_. ]*$/, '').replace(/[-_.@/ ]+$/, '');
}

function stageOf(rest: string, partCount: number): Version['stage'] {
  if (rest === '') return 0;
  if (LATER.test(rest)) return 1;
  return EARLIER.test(rest) || (partCount >= 3 && rest.startsWith('-')) ? -1 : 1;
}

/** `1.0` comes before `1.0.0`, as `1.0` comes before `1.0.1`. */
function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compareDigits(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers of any length. */
function compareDigits(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** Digits as numbers, what is between them as text; numbers come before text. */
function compareNaturally(a: string, b: string): number {
  const [as, bs] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let at = 0; at < Math.min(as.length, bs.length); at++) {
    const [one, other] = [as[at]!, bs[at]!];
    const areNumbers = /\d/.test(one) && /\d/.test(other);
    const strip = (digits: string) => digits.replace(/^0+(?=\d)/, '');
    const order = areNumbers ? compareDigits(strip(one), strip(other)) : compareText(one, other);
    if (order !== 0) return order;
  }
  return as.length - bs.length;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
