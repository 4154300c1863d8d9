/** The lines in a frame that is hard to overlook, ending with a newline. Counts UTF-16 units, so ASCII lines up. */
export function box(title: string, lines: readonly string[]): string {
  const rows = [title, ...lines.flatMap((line) => line.split('\n'))];
  const width = Math.max(...rows.map((row) => row.length));
  const edge = '='.repeat(width + 4);
  return `\n${[edge, ...rows.map((row) => `| ${row.padEnd(width)} |`), edge].join('\n')}\n\n`;
}
