/**
 * Where the client sees this server: scheme, host and port, without the base path. A proxy in front says what it was
 * asked for (`X-Forwarded-Proto`, `X-Forwarded-Host`); without one it is the `Host` of the request. What a client
 * makes up here comes back to that client alone: such answers are not shared (`private`).
 */
export function publicOrigin({url, headers}: Pick<Request, 'url' | 'headers'>): string {
  const {protocol, host} = new URL(url);
  const scheme = firstOf(headers.get('x-forwarded-proto'))?.toLowerCase();
  const forwarded = firstOf(headers.get('x-forwarded-host'));
  const isName =
    forwarded !== undefined && /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(forwarded);
  return `${scheme === 'http' || scheme === 'https' ? scheme : protocol.slice(0, -1)}://${isName ? forwarded.toLowerCase() : host}`;
}

/** Of a list that each proxy on the way adds to, the one nearest to the client. */
function firstOf(list: string | null): string | undefined {
  return list?.split(',')[0]?.trim();
}
