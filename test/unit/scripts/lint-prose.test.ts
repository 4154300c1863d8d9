import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {checkCode, checkMarkdown, type Finding} from '../../../scripts/prose/rules.ts';

const LONG = 'word '.repeat(30);

describe('checkMarkdown', () => {
  for (const [title, text, expected] of [
    ['a long line', `ok\n${LONG}`, ['2: longer than 120 columns']],
    ['a banned word', 'Nobody waits.', ['1: "Nobody": write no user, no process, nothing']],
    ['every banned word', 'mended anew', ['1: "mended"', '1: "anew"']],
    ['a part of a word', 'A newcomer amends it.', []],
    ['a long line of a table', `| ${LONG} |`, []],
    ['a banned word in a table', '| whatever |', ['1: "whatever"']],
    ['code', `\`\`\`\n${LONG} whoever\n\`\`\`\nwhoever`, ['4: "whoever"']],
    ['code in a line', 'the user `nobody`', []],
    ['the target of a link', `See [this](https://example.org/${'x'.repeat(120)}).`, []],
    ['the words of a link', `See [${LONG}](x).`, ['1: longer than 120 columns']],
  ] as const) {
    test(title, () => assertFound(checkMarkdown(text), expected));
  }
});

describe('checkCode', () => {
  for (const [title, text, expected] of [
    ['a banned word in a comment', 'const a = 1; // built anew', ['1: "anew"']],
    ['a banned word in a message', "throw new Error('somebody else has it');", ['1: "somebody"']],
    ['a doc comment on one line', '/** What is read. */', ['1: the comment begins with "What"']],
    [
      'a doc comment of several lines',
      '/**\n * Whether it is read.\n */',
      ['1: the comment begins with "Whether"'],
    ],
    ['a doc comment of a member', '  /** Those that are read. */', ['1: the comment begins with "Those"']],
    ['a doc comment that names its subject', '/** The paths that are read, and what follows. */', []],
    ['a word that only begins so', '/** Thatched roofs. */', []],
    ['a long line', `// ${LONG}`, []],
  ] as const) {
    test(title, () => assertFound(checkCode(text), expected));
  }
});

/** Each expected finding is the beginning of one that was found, in this order. */
function assertFound(found: Finding[], expected: readonly string[]): void {
  const lines = found.map(({line, problem}) => `${line}: ${problem}`);
  assert.deepEqual(
    lines.map((text, at) => text.slice(0, expected[at]?.length)),
    expected,
  );
}
