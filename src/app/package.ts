import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** The program that starts ctr, as an argument of Node. */
export const PROGRAM = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/** The package's version. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as {version: string}).version;
}
