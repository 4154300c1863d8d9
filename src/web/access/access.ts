import {findToken, listTokens, type Token, type TokenScope} from './token-files.ts';

/** Permissions of requests. */
export interface Access {
  /** True if reading requires a token, too. */
  readonly isReadTokenRequired: boolean;
  /** Where the tokens are; undefined where there can be none. */
  readonly tokensDirectory: string | undefined;
}

/** Reading is open, and pushing is off. */
export const OPEN_ACCESS: Access = {isReadTokenRequired: false, tokensDirectory: undefined};

/**
 * - `allowed`: no token is needed, or the given one allows it
 * - `unknown`: no token was given, or it does not exist
 * - `insufficient`: the token exists and does not allow this
 * - `off`: no existing token allows this
 */
export type Verdict =
  | {readonly kind: 'allowed'; readonly token: Token | undefined}
  | {readonly kind: 'unknown'; readonly isGiven: boolean}
  | {readonly kind: 'insufficient'; readonly token: Token}
  | {readonly kind: 'off'};

/** Judges a request with this `Authorization` header. */
export async function judge(
  {isReadTokenRequired, tokensDirectory}: Access,
  scope: TokenScope,
  authorization: string | undefined,
): Promise<Verdict> {
  // A proxy may have asked for credentials of its own: where none are needed, they are not looked at.
  if (scope === 'read' && !isReadTokenRequired) return {kind: 'allowed', token: undefined};
  if (tokensDirectory === undefined) return {kind: 'off'};
  const secret = parseSecret(authorization);
  const token = secret === undefined ? undefined : await findToken(tokensDirectory, secret);
  if (token)
    return scope === 'push' && token.scope !== 'push'
      ? {kind: 'insufficient', token}
      : {kind: 'allowed', token};
  const tokens = await listTokens(tokensDirectory);
  const isPossible = tokens.some((one) => scope === 'read' || one.scope === 'push');
  return isPossible ? {kind: 'unknown', isGiven: secret !== undefined} : {kind: 'off'};
}

/** The token in an `Authorization` header: `Bearer <token>`, or `Basic` with the token as the password of any user. */
export function parseSecret(authorization: string | undefined): string | undefined {
  const match = /^(Basic|Bearer) +([A-Za-z0-9+/_.~-]+=*) *$/i.exec(authorization ?? '');
  if (!match) return undefined;
  const [, scheme, value] = match;
  if (scheme!.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value!, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 || colon === pair.length - 1 ? undefined : pair.slice(colon + 1);
}
