/**
 * The last step of `npm run lint`: docs wrap at 120 columns, and docs and code keep to plain English (prose/rules.ts).
 * `node scripts/lint-prose.ts <folder>...` checks these folders of code instead, to see what is left to do in them.
 */
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {checkCode, checkMarkdown} from './prose/rules.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', '.github/**/*.md', 'docs/*.md'];
/** Folders (and globs of files) whose code is clean. The list only grows. */
const CODE = ['bin', 'hooks', 'scripts', 'src', 'test/bench'];
/** The rules name the words that they forbid. */
const EXCEPT = ['scripts/prose/**', 'test/unit/scripts/lint-prose.test.ts'];

const folders = process.argv.slice(2);
const found = [
  ...(folders.length === 0 ? check(DOCS, checkMarkdown) : []),
  ...check(
    (folders.length === 0 ? CODE : folders).map((name) => (name.endsWith('.ts') ? name : `${name}/**/*`)),
    checkCode,
  ),
];
for (const finding of found) process.stderr.write(`${finding}\n`);
if (found.length > 0) {
  process.stderr.write(`${found.length} findings in prose\n`);
  process.exitCode = 1;
}

function check(patterns: string[], rule: typeof checkCode): string[] {
  const files = globSync(patterns, {
    cwd: ROOT,
    exclude: ['**/node_modules/**', ...EXCEPT],
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return files.flatMap((file) =>
    rule(readFileSync(file, 'utf8')).map(
      ({line, problem}) => `${file.slice(ROOT.length + 1)}:${line}: ${problem}`,
    ),
  );
}
