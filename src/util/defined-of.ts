/** The members that have a value. */
export function definedOf<T>(members: Readonly<Record<string, T | undefined>> = {}): Record<string, T> {
  const defined = Object.entries(members).filter((member): member is [string, T] => member[1] !== undefined);
  return Object.fromEntries(defined);
}
