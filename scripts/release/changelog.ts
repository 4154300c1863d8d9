/** The changes of a release to the version and to CHANGELOG.md. Pure. */

const UNRELEASED = '## [Unreleased]\n';
const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;

/**
 * The version that `request` names: `major`, `minor`, `patch` (counted up from `current`), or a version that is not
 * below `current`.
 * @throws Error for anything else.
 */
export function nextVersion(current: string, request: string): string {
  const [major, minor, patch] = numbersOf(current);
  if (request === 'major') return `${major + 1}.0.0`;
  if (request === 'minor') return `${major}.${minor + 1}.0`;
  if (request === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (isBelow(numbersOf(request), [major, minor, patch])) throw new Error(`${request} is below ${current}`);
  return request;
}

/**
 * The changelog with its Unreleased section moved below a heading for `version`, an empty Unreleased section above it,
 * and the links at its end brought up to date.
 * @throws Error where nothing is unreleased, or the version has a section already.
 */
export function releaseChangelog(
  text: string,
  {version, date, url}: {version: string; date: string; url: string},
): string {
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a section for ${version} already`);
  const start = text.indexOf(UNRELEASED);
  if (start < 0) throw new Error('CHANGELOG.md has no section "## [Unreleased]"');
  const before = text.slice(0, start);
  const after = text.slice(start + UNRELEASED.length);
  const next = after.search(/^(?:## \[|\[Unreleased\]: )/m);
  const section = next < 0 ? after : after.slice(0, next);
  const rest = after.slice(section.length);
  if (!/^- /m.test(section)) throw new Error('CHANGELOG.md lists nothing under Unreleased');
  return `${before}${UNRELEASED}\n## [${version}] - ${date}\n${section}${updateLinks(rest, version, url)}`;
}

/** Links the version to the changes since the one before (the first version: to its tag), Unreleased to those after it. */
function updateLinks(text: string, version: string, url: string): string {
  const [, previous] = /^\[(\d+\.\d+\.\d+)\]: /m.exec(text) ?? [];
  const own = previous === undefined ? `tree/v${version}` : `compare/v${previous}...v${version}`;
  const links = `[Unreleased]: ${url}/compare/v${version}...HEAD\n[${version}]: ${url}/${own}\n`;
  const isLinked = /^\[Unreleased\]: .*\n/m;
  return isLinked.test(text) ? text.replace(isLinked, () => links) : `${text}\n${links}`;
}

function numbersOf(version: string): [major: number, minor: number, patch: number] {
  const [, major, minor, patch] = VERSION.exec(version) ?? [];
  if (patch === undefined)
    throw new Error(`${version}: wanted is major, minor, patch or a version like 1.2.3`);
  return [Number(major), Number(minor), Number(patch)];
}

function isBelow(version: readonly number[], other: readonly number[]): boolean {
  const at = version.findIndex((number, index) => number !== other[index]);
  return at >= 0 && version[at]! < other[at]!;
}
