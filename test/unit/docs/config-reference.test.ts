import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {CONFIG_REFERENCE, renderConfigReference} from '../../../scripts/generate-config-reference.ts';

test('docs/config.md says what the schema says (`npm run docs` writes it anew)', () => {
  assert.equal(readFileSync(CONFIG_REFERENCE, 'utf8'), renderConfigReference());
});
