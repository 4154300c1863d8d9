import assert from 'node:assert/strict';
import {existsSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {ServeRig} from '../support/serve-rig.ts';

/** How a repository can be named; each makes it, and returns the name. */
const PLACES: Readonly<Record<string, (rig: CtrRig) => string>> = {
  'a working tree': (rig) => rig.work,
  'its .git': (rig) => join(rig.work, '.git'),
  'a working tree whose .git is a file (git init --separate-git-dir)': (rig) => {
    rig.git('init', '--quiet', '--separate-git-dir', join(rig.root, 'separate.git'));
    return rig.work;
  },
  'a file .git with a relative path': (rig) => {
    renameSync(join(rig.work, '.git'), join(rig.root, 'separate.git'));
    writeFileSync(join(rig.work, '.git'), 'gitdir: ../separate.git\n');
    return join(rig.work, '.git');
  },
  'a linked worktree': (rig) => {
    rig.git('worktree', 'add', '--quiet', join(rig.root, 'linked'), '-b', 'linked');
    return join(rig.root, 'linked');
  },
  'the folder that Git keeps of a linked worktree': (rig) => {
    rig.git('worktree', 'add', '--quiet', join(rig.root, 'linked'), '-b', 'linked');
    return join(rig.work, '.git', 'worktrees', 'linked');
  },
  'a submodule': (rig) => {
    rig.git('push', '--quiet', rig.gitDir, 'main');
    const above = join(rig.root, 'above');
    rig.git('init', '--quiet', '--initial-branch=main', above);
    rig.git(
      '-C',
      above,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      rig.gitDir,
      'sub',
    );
    return join(above, 'sub');
  },
};

for (const [name, make] of Object.entries(PLACES)) {
  test(`every command finds the repository by ${name}`, async () => {
    await using rig = new CtrRig('embedded');
    rig.commit('one', {'a.txt': 'petrichor\n'});
    const place = make(rig);
    const commands = [
      ['install', place],
      ['sync', '--repo', place],
      ['status', '--repo', place],
      ['verify', '--repo', place],
      ['refs', '--repo', place],
      ['log', '--repo', place],
      ['ls', '--repo', place],
      ['cat', 'a.txt', '--repo', place],
      ['search', 'petrichor', '--repo', place],
      ['where', 'a.txt', '--repo', place],
      ['config', '--repo', place],
      ['wait', 'main', '--repo', place],
      ['reindex', '--repo', place],
      ['prune', '--repo', place],
    ];
    for (const command of commands) await rig.ctr(...command);
    await rig.ctr('refs', '--repo', place);
    await using server = await ServeRig.start([place], {env: rig.env, cwd: '/'});
    const {repositories} = (await (await fetch(`${server.url}api/v1/repositories`)).json()) as {
      repositories: unknown[];
    };
    assert.equal(repositories.length, 1);
    await rig.ctr('uninstall', '--purge', '--repo', place);
  });
}

test('a push to a linked worktree is indexed', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const linked = join(rig.root, 'linked');
  rig.push('main');
  rig.git('--git-dir', rig.gitDir, 'worktree', 'add', '--quiet', linked, '-b', 'linked');
  await rig.install();
  rig.commit('two', {'b.txt': 'after the rain\n'});
  rig.git('push', '--quiet', linked, 'main');
  await until(async () => (await rig.countNotes()) === 0, 'the queue to drain');
  await rig.assertEqualsGit();
  await rig.assertWorkerEnded();
});

test('sync --all finds a submodule below its root, and follows no .git file out of it', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const sub = PLACES['a submodule']!(rig);
  await rig.ctr('install', '--no-import', sub);
  const outside = join(rig.root, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, '.git'), `gitdir: ${rig.gitDir}\n`);
  await rig.ctr('install', '--no-import', rig.gitDir);
  await rig.ctr('sync', '--all', join(rig.root, 'above'));
  assert.equal((await rig.json<{upToDate: boolean}>('status', '--repo', sub)).upToDate, true);
  const {stderr} = await rig.ctr('sync', '--all', outside);
  assert.match(stderr, /no repository below .* has ctr installed/);
});

test('with an empty core.hooksPath install refuses, and leaves nothing behind', async () => {
  await using rig = new CtrRig('embedded');
  rig.configure({'core.hooksPath': ''});
  const {code, stderr} = await rig.tryCtr('install');
  assert.deepEqual([code, /core\.hooksPath is empty/.test(stderr)], [2, true], stderr);
  assert.equal(existsSync(join(rig.gitDir, 'post-receive')), false);
  rmSync(join(rig.gitDir, 'ctr'), {recursive: true, force: true});
});
