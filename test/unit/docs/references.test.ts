import assert from 'node:assert/strict';
import {existsSync, globSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, test} from 'node:test';
import {Command} from 'commander';
import type {AppContext} from '../../../src/app/context.ts';
import {COMMANDS} from '../../../src/cli/commands/commands.ts';
import {SECRETS, SETTING_KEYS, variableOf} from '../../../src/config/settings.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** What a command of `ctr.onSync` finds in its environment. */
const OF_EVENTS = ['CTR_REF', 'CTR_OLD', 'CTR_NEW'];
const VARIABLES = [...SETTING_KEYS.map(variableOf), ...SECRETS, ...OF_EVENTS];

for (const name of [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...globSync('docs/*.md', {cwd: ROOT}),
].sort()) {
  const text = readFileSync(join(ROOT, name), 'utf8');

  describe(name, () => {
    test('links lead to files', () => {
      for (const target of matches(text, /\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        assert.ok(existsSync(join(ROOT, dirname(name), target)), target);
      }
    });

    test('names settings and variables that exist', () => {
      for (const key of matches(text, /`(ctr\.[a-z][A-Za-z.]*)`/g)) {
        assert.ok((SETTING_KEYS as readonly string[]).includes(key), key);
      }
      for (const variable of matches(text, /\b(CTR_(?!TEST_)[A-Z_]+[A-Z])\b/g)) {
        assert.ok(VARIABLES.includes(variable), variable);
      }
    });

    test('shows commands that exist', () => {
      for (const verb of matches(text, /^(?:\$ )?ctr ([a-z]+)/gm)) assert.ok(VERBS.includes(verb), verb);
    });

    test('names tests and npm scripts that exist', () => {
      for (const path of matches(text, /`((?:unit|conformance|e2e)\/[\w/-]+)`/g)) {
        const file = join(ROOT, 'test', path);
        assert.ok(existsSync(file) || existsSync(`${file}.test.ts`), path);
      }
      for (const script of matches(text, /npm run ([a-z:]+)/g)) assert.ok(script in SCRIPTS, script);
    });

    test('is about no machine in particular', () => {
      assert.doesNotMatch(text, /\/(?:root|tmp|work)\/|\/home\//);
    });
  });
}

const {scripts: SCRIPTS} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {scripts: object};
const VERBS = verbs();

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

function verbs(): string[] {
  const program = new Command();
  // Registering asks nothing of the context; running a command would.
  for (const register of COMMANDS) register(program, {} as AppContext, () => {});
  return program.commands.map((command) => command.name());
}
