import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {killAtPoint, listKillPoints} from '../support/kill.ts';
import {runCtr} from '../support/run-ctr.ts';
import {describeWith, opensearchUrl} from '../support/servers/require.ts';

/** Everything of a repository that an install could change. */
function readTraces(gitDir: string): object {
  return {
    config: readFileSync(join(gitDir, 'config'), 'utf8'),
    hooks: readdirSync(join(gitDir, 'hooks')).sort(),
    hasFolder: existsSync(join(gitDir, 'ctr')),
  };
}

describeWith('opensearch', 'install on a server that others use', () => {
  test('a default name that is taken gets a part of the id; one that was chosen leaves nothing behind', async () => {
    await using rig = new CtrRig('embedded');
    rig.commit('one', {'a.txt': 'petrichor\n'});
    const name = `e2e-install-${process.pid}-${Date.now()}`;
    const url = ['--index-url', opensearchUrl()];
    const [first, second, third] = ['a', 'b', 'c'].map((dir) => {
      const gitDir = join(rig.root, dir, `${name}.git`);
      mkdirSync(join(rig.root, dir));
      rig.git('clone', '--quiet', '--bare', rig.work, gitDir);
      return gitDir;
    }) as [string, string, string];
    const run = async (...args: string[]) => runCtr(args, {env: rig.env, cwd: rig.root});
    const nameOf = (gitDir: string) => rig.git('--git-dir', gitDir, 'config', 'ctr.index.name');

    assert.equal((await run('install', first, ...url)).code, 0);
    const {code, stderr} = await run('install', second, ...url);
    assert.equal(code, 0, stderr);
    assert.equal(nameOf(first), name);
    assert.match(nameOf(second), new RegExp(`^${name}-[0-9a-f]{8}$`));
    assert.ok(stderr.includes(`The index ${name} belongs to another repository`), stderr);
    assert.ok(stderr.includes(`CTR_INDEX_NAME=${nameOf(second)}`), stderr);
    for (const gitDir of [first, second])
      assert.match((await run('search', 'petrichor', '--repo', gitDir)).stdout.toString(), /a\.txt/);

    const before = readTraces(third);
    const refused = await run('install', third, ...url, '--index-name', name);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /belongs to the repository/);
    assert.deepEqual(readTraces(third), before);
    for (const gitDir of [first, second]) assert.equal((await run('uninstall', '--purge', gitDir)).code, 0);
  });
});

test('an install that fails at its hook takes everything back', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  // What is a file can hold no hook; that is found when the hook is placed, after all the rest.
  const file = join(rig.root, 'file');
  writeFileSync(file, '');
  rig.configure({'core.hooksPath': file});
  writeFileSync(join(rig.root, 'secret'), '');
  const before = readTraces(rig.gitDir);
  rig.env['CTR_WEBHOOK_SECRET'] = 'x';
  const {code, stderr} = await rig.tryCtr('install', '--save-secrets', '--exclude', 'x');
  assert.equal(code, 2);
  assert.match(stderr, /cannot write the hook in/);
  assert.deepEqual(readTraces(rig.gitDir), before);
  rig.configure({'core.hooksPath': undefined});
  await rig.install();
  await rig.assertEqualsGit();
});

test('killed at any step before its import, the next install goes on, and status says what is the matter', async () => {
  const start = () => {
    const rig = new CtrRig('embedded');
    rig.commit('one', {'a.txt': 'petrichor\n', 'a.bin': Buffer.from([0, 7])});
    rig.push('main');
    return rig;
  };
  await using twin = start();
  const points = await listKillPoints(['install'], {env: twin.env, cwd: twin.gitDir});
  const last = points.findLastIndex((name) => /^git config --(?:add|unset) ctr\.store/.test(name)) + 1;
  assert.ok(last > 8, points.join('\n'));
  for (let point = 1; point <= last; point++) {
    await using rig = start();
    const world = {env: rig.env, cwd: rig.gitDir};
    assert.ok(await killAtPoint(['install'], point, world));
    const at = `killed before ${point}, ${points[point - 1]}`;
    const status = await rig.tryCtr('status');
    const says = `${status.stderr}${status.stdout}`;
    if (rig.setting('ctr.id') === undefined) assert.match(says, /is not installed|was interrupted/, at);
    else if (!existsSync(join(rig.gitDir, 'ctr', 'run'))) assert.match(says, /no push is noticed/, at);
    await rig.install();
    await rig.assertEqualsGit();
    const store = rig.git('--git-dir', rig.gitDir, 'config', '--get-all', 'ctr.store');
    assert.match(store, /^index=embedded name=repo [^\n]*$/, at);
    assert.doesNotMatch(store, /filling/, at);
    const files = readdirSync(join(rig.gitDir, 'ctr', 'objects')).filter((name) => name !== '~tmp');
    assert.equal(files.length, 1, at);
  }
});
