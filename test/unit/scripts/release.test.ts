import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {nextVersion, releaseChangelog} from '../../../scripts/release/changelog.ts';

const URL = 'https://example.org/ctr';

describe('nextVersion', () => {
  for (const [current, request, expected] of [
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', '1.2.3', '1.2.3'],
    ['1.9.9', '1.10.0', '1.10.0'],
  ] as const) {
    test(`${current}, ${request}: ${expected}`, () => assert.equal(nextVersion(current, request), expected));
  }
  for (const request of ['1.2.2', '0.9.9', '1.3', 'v1.3.0', '1.3.0-rc.1', 'next', '']) {
    test(`1.2.3, ${JSON.stringify(request)}: refused`, () =>
      assert.throws(() => nextVersion('1.2.3', request)));
  }
});

describe('releaseChangelog', () => {
  const first = changelog(
    '## [Unreleased]\n\n### Added\n\n- A thing.\n',
    `[Unreleased]: ${URL}/commits/main\n`,
  );
  const released = changelog(
    '## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- A thing.\n',
    `[Unreleased]: ${URL}/compare/v0.1.0...HEAD\n[0.1.0]: ${URL}/tree/v0.1.0\n`,
  );

  test('the first release links to its tag', () => {
    assert.equal(releaseChangelog(first, {version: '0.1.0', date: '2026-12-01', url: URL}), released);
  });

  test('the next one stands above it and links to the difference', () => {
    const next = released.replace(
      '## [Unreleased]\n',
      (heading) => `${heading}\n### Fixed\n\n- A $& fault.\n`,
    );
    assert.equal(
      releaseChangelog(next, {version: '0.1.1', date: '2026-12-02', url: URL}),
      changelog(
        '## [Unreleased]\n\n## [0.1.1] - 2026-12-02\n\n### Fixed\n\n- A $& fault.\n\n' +
          '## [0.1.0] - 2026-12-01\n\n### Added\n\n- A thing.\n',
        `[Unreleased]: ${URL}/compare/v0.1.1...HEAD\n[0.1.1]: ${URL}/compare/v0.1.0...v0.1.1\n[0.1.0]: ${URL}/tree/v0.1.0\n`,
      ),
    );
  });

  test('links are added where there are none', () => {
    const text = '## [Unreleased]\n\n- A thing.\n';
    assert.equal(
      releaseChangelog(text, {version: '1.0.0', date: '2026-12-01', url: URL}),
      `## [Unreleased]\n\n## [1.0.0] - 2026-12-01\n\n- A thing.\n\n[Unreleased]: ${URL}/compare/v1.0.0...HEAD\n[1.0.0]: ${URL}/tree/v1.0.0\n`,
    );
  });

  for (const [title, text] of [
    ['nothing is unreleased', released],
    ['there is no Unreleased section', '# Changelog\n'],
    ['the version has a section', `${first}\n## [9.0.0] - 2026-01-01\n`],
  ] as const) {
    test(`refused: ${title}`, () =>
      assert.throws(() => releaseChangelog(text, {version: '9.0.0', date: '2026-12-01', url: URL})));
  }

  test('CHANGELOG.md of this repository can be released', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'CHANGELOG.md'), 'utf8');
    assert.match(
      releaseChangelog(text, {version: '99.0.0', date: '2026-12-01', url: URL}),
      /^## \[99\.0\.0\] - /m,
    );
  });
});

function changelog(sections: string, links: string): string {
  return `# Changelog\n\n${sections}\n${links}`;
}
