import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrError, type CtrErrorCode} from '../../../src/util/ctr-error.ts';
import {toProblem} from '../../../src/web/api/problem.ts';

const CODES: Record<Exclude<CtrErrorCode, 'QUERY'>, number> = {
  USAGE: 400,
  UNKNOWN_REF: 404,
  NOT_FOUND: 404,
  CONFLICT: 409,
  CONFIG: 503,
  LOCKED: 503,
  TIMEOUT: 503,
  BACKEND_UNAVAILABLE: 503,
  BACKEND_REFUSED: 502,
  BACKEND_UNSUPPORTED: 502,
  INDEX_CORRUPT: 500,
  INDEX_UNUSABLE: 503,
  REPOSITORY: 500,
  GIT_MISSING: 500,
  OBJECT_CORRUPT: 500,
  PARTIAL: 500,
};

for (const [code, status] of Object.entries(CODES)) {
  test(`${code}: no hint of the command line reaches a client of the API`, () => {
    const error = new CtrError(code as CtrErrorCode, 'it failed', {
      hint: '`ctr refs --repo x` or git config ctr.y',
    });
    const problem = toProblem(error);
    assert.equal(problem.status, status);
    assert.doesNotMatch(problem.hint ?? '', /\bctr\b|--|\bgit\b/);
  });
}

test('what is wrong with a query is said to all in the same words', () => {
  const error = new CtrError('QUERY', 'the quote is not closed', {hint: 'Add a closing ".'});
  assert.equal(toProblem(error).hint, 'Add a closing ".');
});
