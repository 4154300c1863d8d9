import type {Problem} from '../problem.ts';
import {importProgressOf} from './shown.ts';

/** RFC 9457. `code` is for programs and stays; `detail` and `hint` are for people. */
export function toProblemDocument({status, title, code, message, hint, work}: Problem) {
  return {
    type: 'about:blank',
    title,
    status,
    detail: message,
    code,
    ...(hint !== undefined && {hint}),
    ...(work && {importing: importProgressOf(work)}),
  };
}

/** The answer of the API that tells it. */
export function answerProblem(problem: Problem): Response {
  const headers = {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(JSON.stringify(toProblemDocument(problem)), {status: problem.status, headers});
}
