/** As Git counts them: a line feed ends a line, and what follows the last one is a line only if there is something. */
export function linesOf(content: string): string[] {
  const lines = content.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
