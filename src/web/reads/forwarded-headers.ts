/** What concerns one connection only (RFC 9110, 7.6.1), what the server has judged itself, and what it writes itself. */
const OWN = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'authorization',
  'proxy-authorization',
  'date',
  'ctr-read',
]);

/** The headers that go on to the other side, names and values by turns. */
export function forwardedHeaders(raw: readonly string[]): string[] {
  const forwarded: string[] = [];
  for (let at = 0; at < raw.length; at += 2)
    if (!OWN.has(raw[at]!.toLowerCase())) forwarded.push(raw[at]!, raw[at + 1]!);
  return forwarded;
}
