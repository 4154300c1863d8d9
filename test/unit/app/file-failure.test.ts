import assert from 'node:assert/strict';
import {linkSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {fileFailureOf} from '../../../src/app/file-failure.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-file-failure-'));
after(() => rmSync(directory, {recursive: true}));

test('what the operating system refuses is told with its path; what is missing may be a bug', () => {
  // No user may do this, root neither.
  const refused = fileFailureOf(thrownBy(() => linkSync(directory, `${directory}-link`)));
  assert.equal(refused?.code, 'CONFIG');
  assert.match(refused!.message, new RegExp(directory));
  assert.equal(fileFailureOf(thrownBy(() => readFileSync(join(directory, 'missing')))), undefined);
  assert.equal(fileFailureOf(new Error('permission denied')), undefined);
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
