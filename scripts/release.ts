/**
 * Makes a release: a commit and a tag on main. Nothing leaves this machine unless `--publish` says so.
 *
 *     npm run release -- <major|minor|patch|version> [--dry-run] [--publish]
 *
 * 1. The tree is clean, the branch is main, and the tag does not exist.
 * 2. `npm test` passes (with `CTR_TEST_REQUIRE` as it is set).
 * 3. package.json, package-lock.json and CHANGELOG.md have the version; one commit, one annotated tag.
 * 4. With `--publish`: both are pushed to origin, and the package is published. Else the commands for it are printed.
 *
 * `--dry-run` does step 1 and prints what the others would do.
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {nextVersion, releaseChangelog} from './release/changelog.ts';

const USAGE = 'npm run release -- <major|minor|patch|version> [--dry-run] [--publish]';
const ROOT = join(import.meta.dirname, '..');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');
const BRANCH = 'main';

try {
  release(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function release(args: string[]): void {
  const {values, positionals} = parseArgs({
    args,
    options: {'dry-run': {type: 'boolean', default: false}, publish: {type: 'boolean', default: false}},
    allowPositionals: true,
  });
  const [request, ...others] = positionals;
  if (request === undefined || others.length > 0) throw new Error(USAGE);
  const {version: current, repository} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const version = nextVersion(current, request);
  const tag = `v${version}`;
  checkTree(tag);
  const changelog = releaseChangelog(readFileSync(CHANGELOG, 'utf8'), {
    version,
    date: new Date().toISOString().slice(0, 10),
    url: `https://github.com/${repository.replace(/^github:/, '')}`,
  });
  const publishing = [
    ['git', 'push', '--atomic', 'origin', BRANCH, tag],
    ['npm', 'publish'],
  ];

  if (values['dry-run']) {
    say(
      `would check with npm test, set the version ${current} -> ${version}, commit, and tag ${tag}; CHANGELOG.md:\n`,
    );
    process.stdout.write(changelog);
    return;
  }
  run('npm', 'test');
  run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
  writeFileSync(CHANGELOG, changelog);
  run('git', 'commit', '--quiet', '--all', '--message', `release: ${version}`);
  run('git', 'tag', '--annotate', '--message', `ctr ${version}`, tag);
  if (values.publish) for (const [command = '', ...rest] of publishing) run(command, ...rest);
  else say(`${tag} is made. To publish it:\n  ${publishing.map((words) => words.join(' ')).join('\n  ')}\n`);
}

/** @throws Error where a release cannot start. */
function checkTree(tag: string): void {
  if (read('git', 'status', '--porcelain') !== '') throw new Error('the working tree is not clean');
  const branch = read('git', 'branch', '--show-current');
  if (branch !== BRANCH)
    throw new Error(`a release is made on ${BRANCH}, not on ${branch || 'a detached HEAD'}`);
  if (read('git', 'tag', '--list', tag) !== '') throw new Error(`${tag} exists already`);
}

function read(command: string, ...args: string[]): string {
  return execFileSync(command, args, {cwd: ROOT, encoding: 'utf8'}).trim();
}

function run(command: string, ...args: string[]): void {
  say(`$ ${command} ${args.join(' ')}\n`);
  execFileSync(command, args, {cwd: ROOT, stdio: 'inherit'});
}

function say(text: string): void {
  process.stderr.write(text);
}
