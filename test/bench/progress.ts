/** Says on stderr what is going on; the results go to stdout. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
