import {median} from './statistics.ts';

/** Lines of cells, each as wide as its column: the first column on the left, numbers on the right. */
export function alignTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const padded = lines.map((line) =>
    widths
      .map((width, column) => (line[column] ?? '')[column === 0 ? 'padEnd' : 'padStart'](width))
      .join('  ')
      .trimEnd(),
  );
  return `${padded.join('\n')}\n`;
}

/** The median, and of several values the least and the greatest: `3.2 (3.0-3.9)`. */
export function formatRange(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0) return '-';
  const middle = format(median(values));
  return values.length === 1
    ? middle
    : `${middle} (${format(Math.min(...values))}-${format(Math.max(...values))})`;
}

/** Three digits: 12.3, 1.23, 123. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export function formatMegabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : formatNumber(bytes / 1e6);
}
