import type {Operation} from './operation.ts';

/** As the `Allow` header has it. */
export function allowOf(methods: Operation['methods']): string {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

/** What can be asked here. No CORS headers: see docs/api.md. */
export function answerOptions(methods: Operation['methods']): Response {
  return new Response(null, {status: 204, headers: {Allow: allowOf(methods)}});
}
