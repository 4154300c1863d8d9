/** Levenshtein's distance; any number above `distanceMax` if it is greater than that. */
export function editDistance(left: string, right: string, distanceMax: number): number {
  if (Math.abs(left.length - right.length) > distanceMax) return Infinity;
  let row = Array.from({length: right.length + 1}, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
