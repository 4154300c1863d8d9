/** OpenSearch's answer for `docvalue_fields`: the terms of one document, each field a list. */
export type Terms = Readonly<Record<string, readonly unknown[]>>;

/** The first term of each field, under the member's name. Fields without a term give no member. */
export function pickMembers(
  terms: Terms,
  members: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [field, member] of Object.entries(members)) {
    const term = terms[field]?.[0];
    if (term !== undefined) picked[member] = term;
  }
  return picked;
}

/** The same members, some under another name or, where that is undefined, not at all. */
export function renamed(
  source: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const members = Object.entries(source).flatMap(([name, value]): [string, unknown][] => {
    const to = name in names ? names[name] : name;
    return to === undefined ? [] : [[to, value]];
  });
  return Object.fromEntries(members);
}

/**
 * Members of a search body: only these fields' terms of each hit. Not even the id, which lies in the same compressed
 * block as the whole document (measured: 10,000 hits in 40 ms instead of 400).
 */
export function termsOnly(fields: readonly string[]): object {
  return {_source: false, stored_fields: '_none_', docvalue_fields: fields};
}
