import {globSync} from 'node:fs';
import {relative, resolve} from 'node:path';

const PATTERNS = ['unit', 'conformance', 'e2e', 'chaos'].map((folder) => `test/${folder}/**/*.test.ts`);

/** The selected run: options for `node --test`, and test files, sorted and relative to the project's root. */
export interface TestSelection {
  flags: string[];
  files: string[];
}

/**
 * The selection that the arguments of `npm test -- ...` name: options (`--test-name-pattern=x`), files and
 * globs. Every test of the project where no file is named.
 * @throws Error where one that is named matches no file: a typing mistake must not pass for a run.
 */
export function selectTests(args: readonly string[], {root}: {root: string}): TestSelection {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const named = args.filter((arg) => !arg.startsWith('-'));
  const listed =
    named.length === 0 ? globSync(PATTERNS, {cwd: root}) : named.flatMap((name) => filesNamed(name, root));
  const files = listed.map((file) => relative(root, resolve(root, file)));
  return {flags, files: [...new Set(files)].sort()};
}

function filesNamed(name: string, root: string): string[] {
  const files = globSync(name, {cwd: root});
  if (files.length === 0) throw new Error(`no test file matches ${name}`);
  return files;
}

/** Unit tests start nothing; every other test may need the servers. */
export function needsServers(files: readonly string[]): boolean {
  return files.some((file) => !file.startsWith('test/unit/'));
}
