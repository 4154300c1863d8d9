import assert from 'node:assert/strict';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {until} from '../support/ctr-rig.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {GROUP, USERS} from '../support/servers/other-users.ts';
import {describeWith} from '../support/servers/require.ts';
import {CTR, UserRig} from '../support/user-rig.ts';

describeWith('users', 'a repository that a group shares', () => {
  test('indexes the pushes of every member, whoever pushes first and with whatever umask', async () => {
    await using rig = new UserRig({shared: 'group'});
    rig.ctr('ada', 'install');
    rig.ctr('ada', 'config');
    rig.run('ada', 'git', [
      '-C',
      rig.gitDir,
      'config',
      'ctr.onSync',
      `echo $CTR_REF >>${rig.root}/home-ada/told`,
    ]);
    for (const [user, umask] of [
      ['ada', 0o077],
      ['bob', 0o077],
      ['ada', 0o022],
      ['bob', 0o022],
    ] as const) {
      rig.push(user, {umask});
      await rig.assertIndexed();
    }
    rig.ctr('bob', 'reindex');
    rig.ctr('ada', 'prune');
    rig.ctr('bob', 'verify', '--repair');
    rig.push('ada', {umask: 0o077});
    await rig.assertIndexed();
    assert.deepEqual(rig.status('bob').access, []);
    assertShared(rig, {folder: 0o2770, file: 0o660});
  });

  for (const [shared, modes] of Object.entries({
    all: {folder: 0o2775, file: 0o664},
    '0660': {folder: 0o2770, file: 0o660},
    '0666': {folder: 0o2777, file: 0o666},
  })) {
    test(`gives what ctr makes the permissions of core.sharedRepository = ${shared}`, async () => {
      await using rig = new UserRig({shared});
      rig.ctr('ada', 'install');
      rig.push('ada', {umask: 0o077});
      await rig.assertIndexed();
      rig.push('bob', {umask: 0o077});
      await rig.assertIndexed();
      assertShared(rig, modes);
    });
  }

  test('says what an earlier installation left closed, and install opens it', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    rig.push('ada', {umask: 0o077});
    await rig.assertIndexed();
    // As Git's documentation says how to share a repository that is there.
    rig.run('ada', 'git', ['-C', rig.gitDir, 'config', 'core.sharedRepository', 'group']);
    rig.run('ada', 'sh', ['-c', `chmod -R g+rwX,g+s ${rig.gitDir}/objects ${rig.gitDir}/refs ${rig.gitDir}`]);
    rig.run('ada', 'sh', ['-c', `chmod -R g-w ${rig.gitDir}/ctr`]);
    assert.match(rig.status().access[0]!.problem, /is not open to all who may push \(and \d+ more\)/);
    rig.ctr('ada', 'install');
    assert.deepEqual(rig.status().access, []);
    rig.push('bob');
    await rig.assertIndexed();
  });

  test('does not start what another user has placed, to look whether it starts', async () => {
    await using rig = new UserRig({shared: 'group'});
    rig.ctr('ada', 'install');
    rig.run('ada', 'sh', ['-c', `printf '#!/bin/sh\\necho 9.9.9\\n' >${rig.gitDir}/ctr/run`]);
    const [own, others] = (['ada', 'bob'] as const).map((user) => rig.status(user).hookProblem);
    assert.match(own!, /ctr 9\.9\.9$/);
    assert.match(others!, /ctr\/run belongs to user 61001, so it was not started/);
  });

  test('says whose pushes wait because of the secrets file', async () => {
    await using rig = new UserRig({shared: 'group'});
    rig.ctr('ada', 'install');
    writeFileSync(join(rig.gitDir, 'ctr', 'secrets'), 'CTR_WEBHOOK_SECRET=x\n', {mode: 0o600});
    chownSync(join(rig.gitDir, 'ctr', 'secrets'), USERS.ada, GROUP);
    assert.match(rig.status().access[0]!.problem, /secrets can be read by user 61001 alone/);
    assert.match(
      rig.try('ada', process.execPath, [...rig.ctrArgs('install')]).stderr,
      /secrets can be read by/,
    );
  });
});

describeWith('users', 'root in the repository of another user', () => {
  for (const args of [
    ['install'],
    ['sync'],
    ['reindex'],
    ['prune'],
    ['verify', '--repair'],
    ['sync', '--worker'],
    ['uninstall'],
  ]) {
    test(`ctr ${args.join(' ')} leaves everything to the owner, whose next push is indexed`, async () => {
      await using rig = new UserRig();
      if (args[0] !== 'install') rig.ctr('ada', 'install', '--no-import');
      rig.push('ada');
      if (args[0] === 'reindex') await rig.assertIndexed();
      rig.run('ada', 'git', ['-C', rig.gitDir, 'config', 'ctr.onSync', `id -u >>${rig.root}/home-ada/told`]);
      const [verb = '', ...rest] = args;
      rig.ctr('root', verb, ...rest);
      if (verb === 'uninstall') rig.ctr('root', 'install');
      rig.push('ada');
      await rig.assertIndexed();
      const foreign = rig.listFiles().filter(({uid, gid}) => uid !== USERS.ada || gid !== GROUP);
      assert.deepEqual(foreign, []);
      const told = new Set(
        readFileSync(join(rig.root, 'home-ada', 'told'), 'utf8')
          .trim()
          .split('\n'),
      );
      assert.deepEqual([...told], [String(USERS.ada)], 'programs that the repository names run as its owner');
    });
  }

  test('root’s group, which a repository keeps after chown, is not handed to its owner', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    rig.push('ada');
    await rig.assertIndexed();
    rig.run('root', 'chgrp', ['-R', 'root', rig.gitDir]);
    rig.run('ada', 'git', ['-C', rig.gitDir, 'config', 'ctr.onSync', `id -G >>${rig.root}/home-ada/told`]);
    rig.push('root');
    await rig.assertIndexed();
    const told = join(rig.root, 'home-ada', 'told');
    await until(() => existsSync(told) && readFileSync(told, 'utf8') !== '', 'the handler');
    assert.ok(!readFileSync(told, 'utf8').trim().split(/\s+/).includes('0'));
  });

  test('a push of root is indexed, and leaves the index to the owner', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    rig.push('root');
    await rig.assertIndexed();
    const foreign = rig.listFiles(join(rig.gitDir, 'ctr')).filter(({uid}) => uid !== USERS.ada);
    assert.deepEqual(foreign, []);
  });

  test('sync --all of root works on each as its owner', async () => {
    await using rig = new UserRig();
    await using other = new UserRig({owner: 'bob'});
    const root = join(rig.root, 'all');
    mkdirSync(root);
    for (const [name, one] of [
      ['a', rig],
      ['b', other],
    ] as const) {
      one.ctr(one.owner, 'install');
      one.run(one.owner, 'git', ['-C', one.gitDir, 'config', 'core.hooksPath', '/dev/null']);
      one.push(one.owner);
      renameSync(one.gitDir, join(root, `${name}.git`));
    }
    const {stdout} = rig.try('root', process.execPath, [CTR, 'sync', '--all', root, '--json']);
    assert.deepEqual(stdout.match(/"type":"summary"/g)?.length, 2, stdout);
    for (const [name, one] of [
      ['a', rig],
      ['b', other],
    ] as const) {
      renameSync(join(root, `${name}.git`), one.gitDir);
      assert.equal(one.status(one.owner).upToDate, true);
      assert.deepEqual(
        one.listFiles().filter(({uid}) => uid !== USERS[one.owner]),
        [],
      );
    }
  });

  test('a server of root pushes as the owner, and a token of root is the owner’s', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    const args = ['token', 'create', 'bob', rig.gitDir, '--scope', 'push'];
    const token = rig.run('root', process.execPath, [CTR, ...args]).trim();
    const server = await ServeRig.start([rig.gitDir], {env: rig.env('root'), cwd: '/'});
    try {
      rig.push('bob', {to: server.url.replace('//', `//x:${token}@`).replace(/\/$/, '/repo.git')});
      await rig.assertIndexed();
      rig.push('ada');
      await rig.assertIndexed();
      assert.deepEqual(
        rig.listFiles().filter(({uid}) => uid !== USERS.ada),
        [],
      );
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });

  test('a folder of hooks that is root’s serves the repositories of others', async () => {
    await using rig = new UserRig();
    const hooks = join(rig.root, 'hooks');
    mkdirSync(hooks);
    rig.run('ada', 'git', ['-C', rig.gitDir, 'config', 'core.hooksPath', hooks]);
    const {status, stderr} = rig.tryCtr('root', 'install');
    assert.equal(status, 2);
    rig.run('root', 'sh', ['-c', /once, for all repositories: (install .*); or/.exec(stderr)![1]!]);
    rig.ctr('root', 'install');
    rig.push('ada');
    await rig.assertIndexed();
    rig.ctr('ada', 'uninstall');
    assert.deepEqual(readdirSync(hooks), ['post-receive']);
  });

  test('what an earlier root left is named, with the way to repair it', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    const claimed = join(rig.gitDir, 'ctr', 'queue', 'claimed');
    mkdirSync(claimed);
    rig.push('ada');
    const {access} = rig.status();
    assert.match(
      access[0]!.problem,
      /queue\/claimed belongs to root, so that user 61001 cannot index pushes/,
    );
    rig.run('root', 'sh', ['-c', access[0]!.hint.replace('Run as root: ', '')]);
    assert.deepEqual(rig.status().access, []);
    rig.push('ada');
    await rig.assertIndexed();
  });
});

describeWith('users', 'a server under another user', () => {
  test('reads while nobody writes, and is told what it needs where it cannot', async () => {
    await using rig = new UserRig();
    rig.ctr('ada', 'install');
    rig.push('ada', {branch: 'main'});
    await rig.assertIndexed();
    for (const args of [['refs'], ['log'], ['ls']]) {
      const [verb = '', ...rest] = args;
      rig.ctr('www', verb, ...rest);
    }
    rig.ctr('ada', 'reindex');
    assert.match(rig.ctr('www', 'refs'), /refs\/heads\/main/);
    for (const name of readdirSync(join(rig.gitDir, 'ctr'))) {
      if (/-(wal|shm)$/.test(name)) rmSync(join(rig.gitDir, 'ctr', name));
    }
    const {status, stderr} = rig.tryCtr('www', 'refs');
    assert.equal(status, 4);
    assert.match(stderr, /cannot open .*index-2\.db: its -wal and -shm files are missing/);
    assert.equal(existsSync(join(rig.gitDir, 'ctr', 'index-2.db-shm')), false);
    rig.ctr('ada', 'status');
    assert.match(rig.ctr('www', 'refs'), /refs\/heads\/main/);
    rig.push('ada', {branch: 'main'});
    await rig.assertIndexed();
    assert.match(rig.ctr('www', 'refs'), /refs\/heads\/main/);
  });
});

function assertShared(rig: UserRig, {folder, file}: {folder: number; file: number}): void {
  const wrong = rig.listFiles(join(rig.gitDir, 'ctr')).filter(({path, gid, mode, isDirectory}) => {
    if (path.endsWith('/run')) return false;
    return gid !== GROUP || (mode & (isDirectory ? folder : file)) !== (isDirectory ? folder : file);
  });
  assert.deepEqual(wrong, []);
}
