import assert from 'node:assert/strict';
import {once} from 'node:events';
import {cpSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {GitRig} from '../support/git-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {describeWith, opensearchUrl, s3} from '../support/servers/require.ts';

interface Case {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly code: number;
  readonly says: RegExp;
  readonly hints: RegExp;
}

/** One sentence, a hint, the right exit code, no stack trace; and the repository as it was. */
async function assertRefused(rig: CtrRig, {args, env, code, says, hints}: Case): Promise<void> {
  const run = await runCtr(args, {env: {...rig.env, ...env}, cwd: rig.gitDir});
  assert.equal(run.code, code, run.stderr);
  const [sentence = '', hint = '', ...more] = run.stderr.trimEnd().split('\n');
  assert.match(sentence, says);
  assert.match(sentence, /^ctr: .* \[[A-Z_]+\]$/);
  assert.match(hint, hints);
  assert.deepEqual(more, []);
  assert.equal(run.stdout.toString(), '');
  assert.doesNotMatch(run.stderr, /secret@|:secret/);
}

test('bad input: one clear sentence, a hint, the right exit code', async (t) => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
  for (const name of ['plain', 'empty', 'work/docs']) mkdirSync(join(rig.root, name), {recursive: true});
  writeFileSync(join(rig.root, 'plain', 'notes.txt'), 'no repository');
  rig.git('bundle', 'create', '--quiet', join(rig.root, 'bundle'), 'main');
  writeFileSync(join(rig.root, 'file'), 'no repository');

  const cases: Record<string, Case> = {
    'one repository and all of them': {
      args: ['sync', '--repo', rig.gitDir, '--all', rig.root],
      code: 2,
      says: /--repo names one repository, --all a directory/,
      hints: /one of the two/,
    },
    'a path that is no repository': {
      args: ['install', join(rig.root, 'plain')],
      code: 5,
      says: /plain is not a Git repository/,
      hints: /bare repository/,
    },
    'an empty name of a repository to purge': {
      args: ['uninstall', '--purge', ''],
      code: 2,
      says: /name of a repository or directory is empty/,
      hints: /variable of a script/,
    },
    'an empty --repo': {
      args: ['search', 'petrichor', '--repo', ''],
      code: 2,
      says: /name of a repository or directory is empty/,
      hints: /variable of a script/,
    },
    'an empty root': {
      args: ['sync', '--all', ''],
      code: 2,
      says: /name of a repository or directory is empty/,
      hints: /variable of a script/,
    },
    'nothing to forget': {
      args: ['forget', '/'],
      code: 2,
      says: /no path is named/,
      hints: /a file, a directory or the oid/,
    },
    'an empty directory': {
      args: ['install', join(rig.root, 'empty')],
      code: 5,
      says: /empty is an empty directory/,
      hints: /ctr init/,
    },
    'a path of a file': {
      args: ['install', join(rig.root, 'file')],
      code: 5,
      says: /file is a file, not a repository/,
      hints: /bare repository/,
    },
    'a path of a bundle': {
      args: ['install', join(rig.root, 'bundle')],
      code: 5,
      says: /bundle is a bundle, not a repository/,
      hints: /ctr init <dir\.git> --from/,
    },
    'an address': {
      args: ['install', 'https://example.org/site.git'],
      code: 5,
      says: /is an address, not a directory of this machine/,
      hints: /ctr init <dir\.git> --from https:\/\/example\.org\/site\.git/,
    },
    'a directory of a working tree': {
      args: ['install', join(rig.work, 'docs')],
      code: 5,
      says: /docs is not a Git repository, but lies in one/,
      hints: /Name that one: .*work$/m,
    },
    'a path that is not there': {
      args: ['install', join(rig.root, 'nowhere')],
      code: 5,
      says: /there is no directory .*nowhere/,
      hints: /spelt right.*ctr init/,
    },
    'a path that is not there, of a reader': {
      args: ['search', 'x', '--repo', join(rig.root, 'nowhere')],
      code: 5,
      says: /there is no directory .*nowhere/,
      hints: /spelt right/,
    },
    'a token for a root that is not there': {
      args: ['token', 'create', 'ada', join(rig.root, 'typo', 'deep')],
      code: 2,
      says: /there is no directory .*typo/,
      hints: /ctr serve/,
    },
    'a token for a root that is a file': {
      args: ['token', 'create', 'ada', join(rig.gitDir, 'HEAD')],
      code: 2,
      says: /there is no directory .*HEAD/,
      hints: /ctr serve/,
    },
    'an index that does not answer': {
      args: ['search', 'x', '--index-url', 'http://127.0.0.1:9'],
      code: 4,
      says: /cannot reach OpenSearch/,
      hints: /Start it, or set ctr\.index\.url/,
    },
    'a sync into another index than the one that was confirmed': {
      args: ['sync', '--index-url', 'http://127.0.0.1:9'],
      code: 2,
      says: /the settings name the index .* at http:\/\/127\.0\.0\.1:9, and this change is not confirmed/,
      hints: /ctr\.index\.url \(flag\).*`ctr install`/,
    },
    'objects without credentials': {
      args: ['install', '--objects-url', 'http://127.0.0.1:9'],
      code: 2,
      says: /no credentials/,
      hints: /CTR_OBJECTS_ACCESS_KEY/,
    },
    'an unknown ref': {
      args: ['search', 'x', '--ref', 'nope'],
      code: 2,
      says: /no branch, tag or commit "nope"/,
      hints: /ctr refs/,
    },
    'a prefix of no commit': {
      args: ['ls', '--ref', 'abcdef12'],
      code: 2,
      says: /no branch, tag or commit/,
      hints: /ctr refs/,
    },
    'an unclosed quote': {args: ['search', '"abc'], code: 2, says: /quote/, hints: /"/},
    'an empty query': {args: ['search', ' '], code: 2, says: /empty/, hints: /word/},
    'an unknown type': {args: ['search', 'type:picture'], code: 2, says: /type/, hints: /text/},
    'a file that is not there': {
      args: ['cat', 'b.txt'],
      code: 1,
      says: /there is no "b\.txt"/,
      hints: /ctr ls/,
    },
    'a directory in place of a file': {args: ['cat', '/'], code: 1, says: /is a directory/, hints: /ctr ls/},
    'a directory that is not there': {
      args: ['ls', 'docs'],
      code: 1,
      says: /there is no "docs"/,
      hints: /ctr ls/,
    },
    'a setting that cannot be': {
      args: ['sync', '--text-max-bytes', 'lots'],
      code: 2,
      says: /ctr\.text\.maxBytes/,
      hints: /flag/,
    },
    'a password in a URL': {
      args: ['sync', '--index-url', 'http://me:secret@127.0.0.1'],
      code: 2,
      says: /ctr\.index\.url/,
      hints: /flag/,
    },
    'an address that is none': {
      args: ['sync', '--index-url', 'nowhere'],
      code: 2,
      says: /ctr\.index\.url must be/,
      hints: /flag/,
    },
    'an unknown setting': {
      args: ['config', 'ctr.index.ulr'],
      code: 2,
      says: /no setting ctr\.index\.ulr/,
      hints: /./,
    },
  };
  for (const [name, one] of Object.entries(cases)) await t.test(name, () => assertRefused(rig, one));

  await t.test('a missing git', async () => {
    const {code, stderr} = await rig.spawnCtr(['sync'], {env: {...rig.env, PATH: '/nonexistent'}});
    assert.equal(code, 5);
    assert.match(stderr, /^ctr: there is no git on this machine \[GIT_MISSING\]\n {5}Install Git/);
  });
  await t.test('a misspelt key in git config', async () => {
    rig.git('--git-dir', rig.gitDir, 'config', 'ctr.index.ulr', 'x');
    await assertRefused(rig, {
      args: ['status'],
      code: 2,
      says: /unknown setting ctr\.index\.ulr/,
      hints: /./,
    });
    rig.git('--git-dir', rig.gitDir, 'config', '--unset', 'ctr.index.ulr');
  });
  await t.test('secrets that others can read', async () => {
    writeFileSync(join(rig.gitDir, 'ctr', 'secrets'), 'CTR_INDEX_PASSWORD=x\n', {mode: 0o644});
    await assertRefused(rig, {args: ['status'], code: 2, says: /can be read by others/, hints: /chmod 600/});
    writeFileSync(join(rig.gitDir, 'ctr', 'secrets.ok'), '', {mode: 0o600});
    rig.git('--git-dir', rig.gitDir, 'config', 'ctr.secretsFile', join(rig.gitDir, 'ctr', 'secrets.ok'));
  });
  await t.test('usage mistakes end with 2', async () => {
    for (const args of [
      ['search'],
      ['frobnicate'],
      ['ls', '--nonsense'],
      ['search', 'x', '--limit', 'many'],
    ]) {
      assert.equal((await rig.tryCtr(...args)).code, 2, args.join(' '));
    }
  });
  await t.test('a repository that is not named', async () => {
    const {code, stderr} = await runCtr(['sync'], {env: rig.env, cwd: rig.root});
    assert.equal(code, 2);
    assert.match(stderr, /--repo/);
  });
  await t.test('nothing was lost by any of it', () => rig.assertEqualsGit());
});

test('a damaged index says so', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  writeFileSync(
    join(rig.gitDir, 'ctr', 'index.db'),
    'not a database at all, and long enough to be read as a header '.repeat(100),
  );
  const {code, stderr} = await rig.tryCtr('search', 'x');
  assert.equal(code, 4);
  assert.match(stderr, /is damaged/);
});

test('an OpenSearch that is too old, or something else', async () => {
  await using rig = new CtrRig('embedded');
  for (const [version, says] of [
    [{distribution: 'opensearch', number: '2.11.0'}, /2\.11\.0/],
    [{number: '8.11.0'}, /not OpenSearch|OpenSearch/],
  ] as const) {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({name: 'n', version, tagline: 'hello'}));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address() as {port: number};
    const {code, stderr} = await rig.tryCtr('install', rig.gitDir, '--index-url', `http://127.0.0.1:${port}`);
    server.close();
    assert.equal(code, 4, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /BACKEND_UNSUPPORTED/);
  }
});

describeWith(['opensearch', 's3'], 'servers that refuse', () => {
  test('wrong credentials for the objects: refused before anything is changed', async () => {
    await using rig = new CtrRig('servers');
    rig.commit('one', {'a.bin': Buffer.from([0, 1])});
    rig.push('main');
    rig.env['CTR_OBJECTS_SECRET_KEY'] = 'wrong-wrong-wrong';
    const {code, stderr} = await rig.tryCtr('install', rig.gitDir);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /BACKEND_REFUSED/);
    assert.match(stderr, /CTR_OBJECTS_ACCESS_KEY/);
    rig.env['CTR_OBJECTS_SECRET_KEY'] = s3().secretKey;
    await rig.install();
    await rig.assertEqualsGit();
  });

  test('a copy of a repository is refused, a moved one goes on', async () => {
    await using rig = new CtrRig('servers');
    await rig.install();
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');
    await rig.ctr('wait', 'main');
    await rig.assertQueueDrains();
    const [copy, moved] = [join(rig.root, 'copy.git'), join(rig.root, 'moved.git')];
    cpSync(rig.gitDir, copy, {recursive: true});
    const {code, stderr} = await runCtr(['sync'], {env: rig.env, cwd: copy});
    assert.equal(code, 2, stderr);
    assert.match(stderr, /is a copy of/);
    renameSync(rig.gitDir, moved);
    assert.equal((await runCtr(['sync'], {env: rig.env, cwd: moved})).code, 0);
    renameSync(moved, rig.gitDir);
    await rig.sync();
  });

  test('a second repository under the same index name is refused, and the first is untouched', async () => {
    await using first = new CtrRig('servers');
    await using second = new CtrRig('servers');
    second.env['CTR_INDEX_NAME'] = first.env['CTR_INDEX_NAME'];
    assert.ok(opensearchUrl());
    for (const rig of [first, second]) {
      rig.commit('one', {'a.txt': `petrichor in ${rig.root}\n`});
      rig.push('main');
    }
    await first.install();
    const {code, stderr} = await second.tryCtr('install', second.gitDir);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /belongs to/);
    assert.match(stderr, /ctr\.index\.name/);
    await first.assertEqualsGit();
  });
});

test('an id that is given at install stays the repository’s', async () => {
  using rig = new GitRig();
  rig.setRef('refs/heads/main', rig.commit({tree: {a: 'a\n'}}));
  const world = {env: rig.env, cwd: rig.gitDir};
  const id = '0123456789abcdef'.repeat(2);
  const given = {env: {...rig.env, CTR_ID: id, CTR_EXCLUDE: 'secret'}, cwd: rig.gitDir};
  assert.equal((await runCtr(['install', rig.gitDir], given)).code, 0);
  assert.equal((await runCtr(['sync'], world)).code, 0);
  assert.equal(rig.git('config', 'ctr.id').trim(), id);
  assert.equal(rig.git('config', 'ctr.exclude').trim(), 'secret');
});
