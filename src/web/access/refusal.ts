import type {Verdict} from './access.ts';
import type {TokenScope} from './token-files.ts';

const CREATE = {
  read: 'ctr token create <name>',
  push: 'ctr token create <name> --scope push',
} as const;

/** The answer to a request that is not allowed, in words that a git client shows to its user. */
export function refusal(verdict: Exclude<Verdict, {kind: 'allowed'}>, scope: TokenScope): Response {
  const deed = scope === 'push' ? 'Pushing' : 'Reading';
  switch (verdict.kind) {
    case 'unknown':
      return text(
        401,
        verdict.isGiven
          ? 'This token does not exist, or was revoked.'
          : `${deed} takes a token: give it as the password of any user, or as a bearer token.`,
        {'WWW-Authenticate': 'Basic realm="ctr", charset="UTF-8"'},
      );
    case 'insufficient':
      return text(403, `The token ${verdict.token.name} does not allow pushing.`);
    case 'off':
      return text(
        403,
        `${deed} over HTTP is switched off: there is no token that allows it. On the server: ${CREATE[scope]}`,
      );
  }
}

/** One sentence as plain text. */
export function text(status: number, sentence: string, headers: Record<string, string> = {}): Response {
  return new Response(`${sentence}\n`, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  });
}
