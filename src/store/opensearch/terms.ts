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

/** Fields that are members of the same name. */
export function sameNames<Name extends string>(...names: Name[]): Record<Name, Name> {
  return Object.fromEntries(names.map((name) => [name, name])) as Record<Name, Name>;
}

/** The same members except these. */
export function without(source: object, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !names.includes(name)));
}

/**
 * Members of a search body: only these fields' terms of each hit. Not even the id, which lies in the same compressed
 * block as the whole document (measured: 10,000 hits in 40 ms instead of 400).
 */
export function termsOnly(fields: readonly string[]): object {
  return {_source: false, stored_fields: '_none_', docvalue_fields: fields};
}
