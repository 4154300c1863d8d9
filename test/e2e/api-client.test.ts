import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {CtrRig} from '../support/ctr-rig.ts';
import {ServeRig} from '../support/serve-rig.ts';
import type {Json} from '../support/web-rig.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BIN = join(ROOT, 'node_modules', '.bin');

/** What a program does with the client, and what its compiler must refuse. */
const PROGRAM = `
import {ok} from '@oazapfts/runtime';
import {compareWithRef, defaults, listTreeHead, searchFilesRef, showFileHeadPath, showRevisionHead} from './client.ts';

export async function run(baseUrl: string, headers: Record<string, string>) {
  Object.assign(defaults, {baseUrl, headers});
  // @ts-expect-error a switch is a boolean
  void (() => listTreeHead('repo', {recursive: 'true'}));
  // @ts-expect-error there is no such parameter
  void (() => listTreeHead('repo', {recursively: true}));
  const tree = await ok(listTreeHead('repo', {recursive: true}));
  const flat = await ok(listTreeHead('repo', {recursive: false}));
  const {text} = await ok(showFileHeadPath('repo', 'src/a b.ts', {text: true}));
  const without = await ok(showFileHeadPath('repo', 'src/a b.ts', {text: false}));
  const found = await ok(searchFilesRef('repo', 'feature/x', 'hello', {facets: true, limit: 5}));
  // @ts-expect-error it may be about commits
  void found.total;
  if (found.kind !== 'files') throw new Error(found.commits.join());
  const compared = await ok(compareWithRef('repo', 'feature/x', 'main', {dots: 3}));
  const answer = await showRevisionHead('nobody');
  const refused: string | undefined = answer.status === 404 ? answer.data.code : undefined;
  const paths = ({entries}: typeof tree): string[] => entries.map(({path}) => path);
  const languages: string[] | undefined = found.facets?.languages.map(({value}) => value);
  return {tree: paths(tree), flat: paths(flat), text, without: without.text, total: found.total, languages, ahead: compared.ahead, refused};
}
`;

test('the OpenAPI document passes a linter, and a client made from it works as it is typed', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'README.md': '# one\n', 'src/a b.ts': 'hello\n'});
  rig.git('tag', 'v1');
  rig.git('checkout', '--quiet', '-b', 'feature/x');
  rig.commit('two', {'src/c.ts': 'hello again\n'});
  rig.push('main', 'feature/x', 'v1');
  await rig.installWithoutHook();
  mkdirSync(join(ROOT, 'test', 'output'), {recursive: true});
  // Below the checkout, where the client finds its runtime.
  const directory = mkdtempSync(join(ROOT, 'test', 'output', 'client-'));
  const run = async (program: string, ...args: string[]) => {
    const env = {...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true'};
    const {stdout, stderr} = await promisify(execFile)(join(BIN, program), args, {cwd: directory, env});
    return `${stdout}${stderr}`;
  };
  try {
    for (const isTokenRequired of [false, true]) {
      const token = (await rig.ctr('token', 'create', `reader-${isTokenRequired}`)).stdout.toString().trim();
      const args = [rig.gitDir, ...(isTokenRequired ? ['--read-token-required'] : [])];
      await using server = await ServeRig.start(args, {env: rig.env, cwd: rig.root});
      const baseUrl = `${server.url}api/v1`;
      const headers = isTokenRequired ? {authorization: `Bearer ${token}`} : {};
      const document = (await (await fetch(`${baseUrl}/openapi.json`, {headers})).json()) as Json;
      const tokens = [{bearer: []}, {basic: []}];
      assert.deepEqual(document['security'], isTokenRequired ? tokens : [{}, ...tokens]);
      assert.deepEqual(Object.keys(document['components'].securitySchemes), ['bearer', 'basic']);
      assertBooleans(document);
      writeFileSync(join(directory, 'openapi.json'), JSON.stringify(document));
      const said = await run('redocly', 'lint', '--extends=recommended-strict', 'openapi.json');
      assert.match(said, /Your API description is valid/);
      assert.doesNotMatch(said, /warning/i);
      await run('oazapfts', 'openapi.json', 'client.ts');
      writeFileSync(join(directory, 'program.ts'), PROGRAM);
      await run(
        'tsc',
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--allowImportingTsExtensions',
        '--module',
        'nodenext',
        '--target',
        'esnext',
        'program.ts',
      );
      const program = (await import(
        `${pathToFileURL(join(directory, 'program.ts')).href}?${isTokenRequired}`
      )) as {
        run: (baseUrl: string, headers: Record<string, string>) => Promise<Json>;
      };
      const {refused, ...answers} = await program.run(baseUrl, headers);
      assert.deepEqual(answers, {
        tree: ['README.md', 'src/a b.ts'],
        flat: ['README.md', 'src'],
        text: 'hello\n',
        without: null,
        total: 2,
        languages: ['TypeScript'],
        ahead: 1,
      });
      assert.equal(refused, 'NOT_FOUND');
    }
  } finally {
    rmSync(directory, {recursive: true});
  }
});

/** No parameter has the words true and false for values. */
function assertBooleans(document: Json): void {
  for (const [path, methods] of Object.entries(document['paths'] as Json)) {
    for (const {parameters} of Object.values(methods as Json)) {
      for (const {name, schema} of parameters) {
        assert.ok(!schema.enum?.includes('true'), `${path} ${name}: ${JSON.stringify(schema)}`);
      }
    }
  }
}
