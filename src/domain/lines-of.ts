/** The lines of a text as Git counts them, without their line feeds. What follows the last one counts if it is not empty. */
export function linesOf(content: string): string[] {
  const lines = content.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
