import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {killPoint} from './kill-point.ts';

/** What the file holds; undefined where there is none, or where a full disk has torn it. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The file holds exactly this afterwards, or what it held before; its folder is made. */
export function writeJsonFile(file: string, value: unknown): void {
  mkdirSync(dirname(file), {recursive: true});
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, undefined, 1)}\n`);
  killPoint(`rename ${file.slice(file.lastIndexOf('/') + 1)}`);
  renameSync(`${file}.tmp`, file);
}

/** The file is gone afterwards. */
export function deleteJsonFile(file: string): void {
  killPoint(`delete ${file.slice(file.lastIndexOf('/') + 1)}`);
  rmSync(file, {force: true});
}
