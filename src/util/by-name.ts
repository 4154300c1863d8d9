/** For `sort`: by the UTF-16 units of the names, of which no two are equal. */
export function byName(a: {readonly name: string}, b: {readonly name: string}): number {
  return a.name < b.name ? -1 : 1;
}
