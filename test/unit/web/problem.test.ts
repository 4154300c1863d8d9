import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {CtrError, type CtrErrorCode} from '../../../src/util/ctr-error.ts';
import {answerProblem} from '../../../src/web/api/answer-problem.ts';
import {failurePage} from '../../../src/web/explorer/pages/error-page.ts';
import {Problem, toProblem} from '../../../src/web/problem.ts';
import {ReadError, type ReadErrorKind} from '../../../src/web/server/read-processes/reads.ts';

/** The status of both; the words of the API (title, detail) and of the page (heading, text). */
type Words = readonly [status: number, title: string, detail: string, heading: string, text: string];

const UNREADABLE = 'The index cannot be read';
const OWNER = 'Its owner finds out more with ctr status.';

const CODES: Record<CtrErrorCode, Words> = {
  USAGE: [400, 'bad request', 'it failed', 'This cannot be answered', 'It failed. OWN HINT'],
  QUERY: [400, 'bad query', 'it failed', 'This cannot be answered', 'It failed. OWN HINT'],
  UNKNOWN_REF: [404, 'unknown revision', 'it failed', 'Not found', 'It failed.'],
  NOT_FOUND: [404, 'not found', 'it failed', 'Not found', 'It failed.'],
  CONFLICT: [409, 'conflict', 'it failed', 'This has changed', 'It failed. Begin with the first page.'],
  CONFIG: [
    503,
    'config',
    'this repository is not indexed yet',
    'Nothing to show yet',
    `This repository is not indexed yet. Or its settings are wrong. ${OWNER}`,
  ],
  LOCKED: [503, 'locked', 'it failed', 'The index does not answer', 'It failed. Try again in a moment.'],
  TIMEOUT: [503, 'timeout', 'it failed', 'This takes too long', 'It failed. Ask for less'],
  BACKEND_UNAVAILABLE: [
    503,
    'backend unavailable',
    'the index or the object store does not answer now',
    'The index does not answer',
    'The index or the object store does not answer now. Try again in a moment.',
  ],
  BACKEND_REFUSED: [
    502,
    'backend refused',
    'the index or the object store refuses to answer',
    UNREADABLE,
    `The index or the object store refuses to answer. ${OWNER}`,
  ],
  BACKEND_UNSUPPORTED: [
    502,
    'backend unsupported',
    'the index or the object store is not what it should be',
    UNREADABLE,
    `The index or the object store is not what it should be. ${OWNER}`,
  ],
  INDEX_CORRUPT: [500, 'index corrupt', 'the index is damaged', UNREADABLE, `The index is damaged. ${OWNER}`],
  INDEX_UNUSABLE: [
    503,
    'index unusable',
    'the index has to be built again',
    UNREADABLE,
    `The index has to be built again. ${OWNER}`,
  ],
  REPOSITORY: [
    500,
    'repository',
    'the repository cannot be read',
    'The repository cannot be read',
    `The repository cannot be read. ${OWNER}`,
  ],
  GIT_MISSING: [500, 'git missing', 'it failed', 'The repository cannot be read', `It failed. ${OWNER}`],
  OBJECT_CORRUPT: [
    500,
    'object corrupt',
    'it failed',
    'The repository cannot be read',
    `It failed. ${OWNER}`,
  ],
  PARTIAL: [500, 'partial', 'it failed', UNREADABLE, `It failed. ${OWNER}`],
};

describe('a failure is told by the API and by a page with one status', () => {
  for (const [code, words] of Object.entries(CODES)) {
    test(code, async () => {
      const problem = toProblem(new CtrError(code as CtrErrorCode, 'it failed', {hint: 'OWN HINT'}));
      const {hint = '', ...document} = await documentOf(problem);
      const page = await pageOf(problem);
      const [status, title, detail, heading, text] = words;
      assert.deepEqual(document, {type: 'about:blank', status, title, detail, code});
      assert.deepEqual([page.status, page.title], [status, heading]);
      assert.ok(page.text.startsWith(`${heading}${text}`), page.text);
      // What is wrong with a query is said to all in the same words; other hints are for the command line.
      assert.equal(hint === 'OWN HINT', code === 'QUERY');
      assert.doesNotMatch(String(hint), /\bctr\b|--|\bgit\b/);
      const retryAfter = status === 503 && code !== 'TIMEOUT' ? '5' : undefined;
      assert.deepEqual([problem.headers['Retry-After'], page.retryAfter], [retryAfter, retryAfter]);
    });
  }

  test('a fault of ctr', async () => {
    const problem = toProblem(new TypeError('x is not a function at /home'));
    assert.deepEqual(await documentOf(problem), {
      type: 'about:blank',
      title: 'bug',
      status: 500,
      detail: 'this is a fault of ctr',
      code: 'BUG',
    });
    const {status, text} = await pageOf(problem);
    assert.deepEqual(
      [status, text],
      [500, 'Something is brokenThis is a fault of ctr. The request was right.'],
    );
  });

  const READS: Record<ReadErrorKind, readonly [number, string, string | undefined]> = {
    late: [503, 'TIMEOUT', undefined],
    broken: [503, 'BUSY', '1'],
    left: [503, 'BUSY', '1'],
    busy: [429, 'BUSY', '1'],
  };
  for (const [kind, told] of Object.entries(READS)) {
    test(`a read without an answer: ${kind}`, async () => {
      const problem = toProblem(new ReadError(kind as ReadErrorKind));
      const {status, code} = await documentOf(problem);
      assert.deepEqual([status, code, problem.headers['Retry-After']], told);
      assert.equal((await pageOf(problem)).status, told[0]);
    });
  }
});

test('a name at the beginning of a sentence stays as it is', async () => {
  for (const name of ['refs/tags/x leads', '"a" is', '0abc is'])
    assert.ok((await pageOf(new Problem('NOT_FOUND', name))).text.includes(name.replaceAll('"', '&quot;')));
});

async function documentOf(problem: Problem): Promise<Record<string, unknown>> {
  const answer = answerProblem(problem);
  assert.equal(answer.status, problem.status);
  return (await answer.json()) as Record<string, unknown>;
}

async function pageOf(problem: Problem) {
  const page = failurePage(problem);
  return {...page, text: String(await page.body).replace(/<[^>]*>/g, '')};
}
