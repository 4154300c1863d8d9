import assert from 'node:assert/strict';
import {test} from 'node:test';
import {escapeText} from '../../../src/util/escape-text.ts';

const CASES: Record<string, string> = {
  'plain text, caf\u00e9 \u4f60\u597d': 'plain text, caf\u00e9 \u4f60\u597d',
  '\x1b[2Jgone': '\\x1b[2Jgone',
  'a\tb\nc': 'a\tb\\x0ac',
  '\u009b31m': '\\x9b31m',
  'user\u202etxt.exe': 'user\\u202etxt.exe',
};
for (const [text, escaped] of Object.entries(CASES)) {
  test(`${JSON.stringify(text)} on a terminal`, () => assert.equal(escapeText(text), escaped));
}
