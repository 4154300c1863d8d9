import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {installHook, readHookState, uninstallHook} from '../../../src/git/hook.ts';
import {classifyHook, sealHook} from '../../../src/git/hook-file.ts';
import {type GitRepository, openRepository} from '../../../src/git/repository.ts';
import {GitRig} from '../../support/git-rig.ts';

const SHIPPED = new URL('../../../hooks/post-receive', import.meta.url);
const COMMAND = ['/bin/true'];

async function openRig(): Promise<
  {rig: GitRig; repo: GitRepository; hook: string; kept: string} & Disposable
> {
  const rig = new GitRig();
  const repo = await openRepository(rig.gitDir);
  const hook = join(repo.gitDir, 'hooks', 'post-receive');
  mkdirSync(join(repo.gitDir, 'hooks'), {recursive: true});
  return {rig, repo, hook, kept: `${hook}.before-ctr`, [Symbol.dispose]: () => rig[Symbol.dispose]()};
}

function writeScript(path: string, body: string, mode = 0o755): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, mode);
}

/** Everything in a directory, with kinds, modes and contents. */
function contents(directory: string): Record<string, unknown> {
  const names = readdirSync(directory).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(directory, name);
      const found = lstatSync(path);
      if (found.isDirectory()) return [name, contents(path)];
      return [name, [found.mode, found.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'latin1')]];
    }),
  );
}

/** A file that a background process writes, as soon as it is there and not empty. */
async function waitForFile(path: string): Promise<string> {
  for (let attempts = 0; attempts < 1000; attempts += 1) {
    if (existsSync(path) && statSync(path).size > 0) return readFileSync(path, 'utf8');
    await setTimeout(10);
  }
  throw new Error(`${path} never came`);
}

describe('hooks/post-receive', () => {
  it('carries the hash of itself', () => {
    const text = readFileSync(SHIPPED, 'latin1');
    assert.equal(
      classifyHook(readFileSync(SHIPPED)),
      'ours',
      `its second line must be:\n${sealHook(text).split('\n')[1]}`,
    );
    assert.equal(statSync(SHIPPED).mode & 0o777, 0o755);
  });

  it('is told from an edited one and from another', () => {
    const text = readFileSync(SHIPPED, 'latin1');
    assert.equal(classifyHook(Buffer.from(`${text}echo mine\n`)), 'changed');
    assert.equal(classifyHook(Buffer.from('#!/bin/sh\necho mine\n')), 'foreign');
    assert.equal(classifyHook(Buffer.from(sealHook(`${text}# version 2\n`), 'latin1')), 'ours');
  });
});

describe('installHook and uninstallHook', () => {
  it('put the hook in and take it out again', async () => {
    using made = await openRig();
    const {repo, hook} = made;
    const before = contents(join(repo.gitDir, 'hooks'));
    assert.deepEqual(await readHookState(repo), {kind: 'absent', hook, keptHook: undefined});
    assert.deepEqual(await installHook(repo, {command: COMMAND}), {hook, keptHook: undefined});
    assert.deepEqual(readFileSync(hook), readFileSync(SHIPPED));
    assert.deepEqual(await readHookState(repo), {kind: 'installed', hook, keptHook: undefined});
    await uninstallHook(repo);
    assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
    assert.equal((await readHookState(repo)).kind, 'absent');
    assert.equal(existsSync(join(repo.gitDir, 'ctr', 'run')), false);
  });

  it('may be repeated', async () => {
    using made = await openRig();
    const {repo, hook} = made;
    writeScript(hook, 'echo mine');
    const before = contents(join(repo.gitDir, 'hooks'));
    await uninstallHook(repo);
    for (const command of [['/bin/true'], ['/bin/true'], ['/bin/false']]) await installHook(repo, {command});
    assert.match(readFileSync(join(repo.gitDir, 'ctr', 'run'), 'utf8'), /exec '\/bin\/false' "\$@"/);
    await uninstallHook(repo);
    await uninstallHook(repo);
    assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
  });

  for (const [name, make] of Object.entries<(hook: string) => void>({
    'a script': (hook) => writeScript(hook, 'echo mine', 0o750),
    'a script that Git does not run, because it is not executable': (hook) =>
      writeScript(hook, 'echo mine', 0o644),
    'a binary': (hook) => writeFileSync(hook, Buffer.from([0x7f, 0x45, 0, 255, 10, 13, 0]), {mode: 0o755}),
    'a symbolic link': (hook) => symlinkSync('post-update.sample', hook),
    'a symbolic link that leads nowhere': (hook) => symlinkSync('/nonexistent/hook', hook),
  })) {
    it(`keep ${name}, byte for byte`, async () => {
      using made = await openRig();
      const {repo, hook, kept} = made;
      make(hook);
      const before = contents(join(repo.gitDir, 'hooks'));
      assert.equal((await installHook(repo, {command: COMMAND})).keptHook, kept);
      assert.deepEqual(
        contents(join(repo.gitDir, 'hooks'))['post-receive.before-ctr'],
        before['post-receive'],
      );
      assert.deepEqual(await readHookState(repo), {kind: 'installed', hook, keptHook: kept});
      await uninstallHook(repo);
      assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
    });
  }

  it('finish what a crash left in the middle', async () => {
    using made = await openRig();
    const {repo, hook, kept} = made;
    writeScript(hook, 'echo mine');
    const before = contents(join(repo.gitDir, 'hooks'));
    writeScript(kept, 'echo mine');
    await installHook(repo, {command: COMMAND});
    await uninstallHook(repo);
    assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
  });

  it('mend a hook that is outdated, not executable, or gone', async () => {
    using made = await openRig();
    const {repo, hook} = made;
    await installHook(repo, {command: COMMAND});
    writeFileSync(hook, sealHook(`${readFileSync(SHIPPED, 'latin1')}# an older version\n`), 'latin1');
    assert.equal((await readHookState(repo)).kind, 'outdated');
    await installHook(repo, {command: COMMAND});
    chmodSync(hook, 0o644);
    assert.equal((await readHookState(repo)).kind, 'outdated');
    await installHook(repo, {command: COMMAND});
    rmSync(hook);
    assert.equal((await readHookState(repo)).kind, 'missing');
    await installHook(repo, {command: COMMAND});
    assert.equal((await readHookState(repo)).kind, 'installed');
  });

  it('leave alone a hook that somebody edited', async () => {
    using made = await openRig();
    const {repo, hook} = made;
    await installHook(repo, {command: COMMAND});
    writeFileSync(hook, `${readFileSync(hook, 'utf8')}echo mine\n`);
    const before = contents(join(repo.gitDir, 'hooks'));
    assert.equal((await readHookState(repo)).kind, 'changed');
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /was changed after/,
    });
    await assert.rejects(uninstallHook(repo), {code: 'CONFIG', message: /was changed after/});
    assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
  });

  it('leave alone a hook that somebody put in the place of ours', async () => {
    using made = await openRig();
    const {repo, hook} = made;
    writeScript(hook, 'echo first');
    await installHook(repo, {command: COMMAND});
    writeScript(hook, 'echo second');
    const before = contents(join(repo.gitDir, 'hooks'));
    assert.equal((await readHookState(repo)).kind, 'missing');
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /kept from before/,
    });
    await assert.rejects(uninstallHook(repo), {code: 'CONFIG', message: /kept from before/});
    assert.deepEqual(contents(join(repo.gitDir, 'hooks')), before);
  });

  it('take a hook that came later for the user’s own, when none was kept', async () => {
    using made = await openRig();
    const {repo, hook, kept} = made;
    await installHook(repo, {command: COMMAND});
    writeScript(hook, 'echo later');
    await uninstallHook(repo);
    assert.equal(readFileSync(hook, 'utf8'), '#!/bin/sh\necho later\n');
    await installHook(repo, {command: COMMAND});
    assert.equal(readFileSync(kept, 'utf8'), '#!/bin/sh\necho later\n');
  });

  it('make the directory of hooks when there is none', async () => {
    using made = await openRig();
    const {repo} = made;
    rmSync(join(repo.gitDir, 'hooks'), {recursive: true});
    await installHook(repo, {command: COMMAND});
    assert.equal((await readHookState(repo)).kind, 'installed');
  });

  it('say so when hooks are turned off', async () => {
    using made = await openRig();
    const {rig, repo} = made;
    rig.git('config', 'core.hooksPath', '/dev/null');
    assert.deepEqual(await readHookState(repo), {kind: 'disabled'});
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /turns all hooks off/,
    });
    await uninstallHook(repo);
  });

  it('say so when core.hooksPath is empty, which Git takes for the root of the file system', async () => {
    using made = await openRig();
    const {rig, repo} = made;
    const before = contents(repo.gitDir);
    rig.git('config', 'core.hooksPath', '');
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /core\.hooksPath is empty, which turns all hooks off/,
    });
    assert.deepEqual(await readHookState(repo), {kind: 'disabled'});
    await uninstallHook(repo);
    rig.git('config', '--unset', 'core.hooksPath');
    assert.deepEqual(Object.keys(contents(repo.gitDir)), Object.keys(before));
  });

  it('say so when core.hooksPath is a file', async () => {
    using made = await openRig();
    const {rig, repo} = made;
    writeFileSync(join(rig.root, 'file'), '');
    rig.git('config', 'core.hooksPath', join(rig.root, 'file'));
    assert.equal((await readHookState(repo)).kind, 'absent');
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /cannot write the hook/,
    });
  });

  it('put the hook where the user’s own folder is', async () => {
    using made = await openRig();
    const {rig, repo} = made;
    rig.git('config', 'core.hooksPath', '~/hooks-of-ctr-test');
    const home = process.env['HOME'];
    process.env['HOME'] = rig.home;
    try {
      const {hook} = await installHook(repo, {command: COMMAND});
      assert.equal(hook, join(rig.home, 'hooks-of-ctr-test', 'post-receive'));
    } finally {
      process.env['HOME'] = home;
    }
  });

  it('say so when the directory cannot be written', async () => {
    using made = await openRig();
    const {rig, repo} = made;
    writeFileSync(join(rig.root, 'file'), '');
    rig.git('config', 'core.hooksPath', join(rig.root, 'file', 'hooks'));
    await assert.rejects(installHook(repo, {command: COMMAND}), {
      code: 'CONFIG',
      message: /cannot write the hook/,
    });
  });

  it('make the local folders as Git made its own, for a group that shares the repository', async () => {
    using rig = new GitRig({initArgs: ['--shared=group']});
    const repo = await openRepository(rig.gitDir);
    await installHook(repo, {command: COMMAND});
    const modes = ['ctr', 'ctr/queue/new', 'ctr/queue/tmp', 'ctr/log'].map(
      (name) => statSync(join(repo.gitDir, name)).mode,
    );
    assert.ok(modes.every((mode) => mode === statSync(join(repo.gitDir, 'objects')).mode));
  });
});

describe('a directory of hooks that repositories share', () => {
  for (const [name, share] of Object.entries<(rig: GitRig, repo: GitRepository, hooks: string) => void>({
    'by an absolute core.hooksPath': (rig, {gitDir}, hooks) =>
      void rig.run(['--git-dir', gitDir, 'config', 'core.hooksPath', hooks]),
    'by a relative core.hooksPath': (rig, {gitDir}) =>
      void rig.run(['--git-dir', gitDir, 'config', 'core.hooksPath', '../hooks']),
    'by a symbolic link': (_, {gitDir}, hooks) => {
      rmSync(join(gitDir, 'hooks'), {recursive: true, force: true});
      symlinkSync(hooks, join(gitDir, 'hooks'));
    },
  })) {
    it(`keeps the hook until the last of them is uninstalled: ${name}`, async () => {
      using made = await openRig();
      const {rig, repo: first} = made;
      const hooks = join(rig.root, 'hooks');
      mkdirSync(hooks);
      writeScript(join(hooks, 'post-receive'), 'echo shared');
      const before = contents(hooks);
      const [second, third] = await Promise.all(
        ['second.git', 'third.git'].map((path) => {
          rig.run(['init', '--quiet', '--bare', join(rig.root, path)]);
          return openRepository(join(rig.root, path));
        }),
      );
      for (const repo of [first, second!, third!]) share(rig, repo, hooks);
      for (const repo of [first, second!, third!]) await installHook(repo, {command: COMMAND});
      assert.equal((await readHookState(second!)).kind, 'installed');
      await uninstallHook(first);
      assert.equal((await readHookState(first)).kind, 'absent');
      assert.equal((await readHookState(second!)).kind, 'installed');
      // Removed without uninstalling: it must not keep the hook for ever.
      rmSync(third!.gitDir, {recursive: true});
      await uninstallHook(second!);
      assert.deepEqual(contents(hooks), before);
    });
  }

  it('is the user’s own when the user’s configuration says so', async (t) => {
    using made = await openRig();
    const {rig, repo} = made;
    const globalConfig = join(rig.home, '.gitconfig');
    writeFileSync(globalConfig, `[core]\n\thooksPath = ${join(rig.home, 'all-hooks')}\n`);
    t.after(() => delete process.env.GIT_CONFIG_GLOBAL);
    process.env.GIT_CONFIG_GLOBAL = globalConfig;
    const {hook} = await installHook(repo, {command: COMMAND});
    assert.equal(hook, join(rig.home, 'all-hooks', 'post-receive'));
  });
});

/** A repository with ctr installed, whose worker writes how it was started to `started`, then waits for `stop`. */
async function openPushRig() {
  const made = await openRig();
  const {rig, repo} = made;
  const started = join(rig.root, 'started');
  const stop = join(rig.root, 'stop');
  const worker = join(rig.root, 'worker with space');
  const lines = [
    'echo to stdout; echo to stderr >&2',
    // Not through a pipe: the shell itself holds its ends for a moment.
    `ls -l /proc/$$/fd >'${started}.fds'`,
    `{ printf '<%s>' "$@"; echo; pwd; env | grep ^GIT_; sed -n 's/.* \\([0-9]*\\) -> \\(.*\\)/fd \\1 \\2/p' '${started}.fds'; } >'${started}.tmp'`,
    `mv '${started}.tmp' '${started}'`,
    `while [ -d '${rig.root}' ] && [ ! -e '${stop}' ]; do sleep 0.02; done`,
    `mv '${started}' '${started}.ended'`,
  ];
  writeScript(worker, lines.join('\n'));
  await installHook(repo, {command: [worker, "it's"]});
  rig.setRef('refs/heads/main', rig.commit({message: 'first'}));
  const clone = join(rig.root, 'clone');
  rig.run(['clone', '--quiet', repo.gitDir, clone]);
  const newNotes = () => readdirSync(join(repo.gitDir, 'ctr', 'queue', 'new'));
  const push = (subject: string, branch = 'main') => {
    rig.run(['commit', '--quiet', '--allow-empty', '--message', subject], {cwd: clone});
    const args = ['push', 'origin', `HEAD:refs/heads/${branch}`];
    return spawnSync('git', args, {cwd: clone, env: rig.env, encoding: 'utf8', timeout: 60_000});
  };
  const endWorker = async () => {
    writeFileSync(stop, '');
    await waitForFile(`${started}.ended`);
  };
  return {...made, started, newNotes, push, clone, endWorker};
}

describe('a push', () => {
  it('leaves a note and starts a detached worker, and does not wait for it', async () => {
    using made = await openPushRig();
    const {repo, started, newNotes, push, endWorker} = made;
    const {status, stderr} = push('second');
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /remote:/);
    const [words, cwd, ...rest] = (await waitForFile(started)).trim().split('\n');
    assert.equal(words, `<it's><sync><--worker><--repo><${repo.gitDir}>`);
    assert.equal(cwd, repo.gitDir);
    // Above 9 are the shell's own, and what the machine that runs the tests leaves open for everybody.
    const inherited = rest.filter(
      (line) => !/^fd (0 \/dev\/null|1 .*(started\.fds|worker\.log)|2 .*worker\.log|\d\d+ .*)$/.test(line),
    );
    assert.deepEqual(inherited, [], 'neither GIT_ variables nor descriptors of the push');
    assert.ok(rest.some((line) => line === 'fd 0 /dev/null'));
    assert.equal(newNotes().length, 1);
    assert.match(newNotes()[0]!, /^push-\d+$/);
    assert.deepEqual(readdirSync(join(repo.gitDir, 'ctr', 'queue', 'tmp')), []);
    await endWorker();
    assert.equal(
      readFileSync(join(repo.gitDir, 'ctr', 'log', 'worker.log'), 'utf8'),
      'to stdout\nto stderr\n',
    );
  });

  it('runs the kept hook as Git would: stdin, arguments, environment, output and status', async () => {
    using made = await openPushRig();
    const {rig, repo, hook, push, clone, endWorker, started} = made;
    const seen = join(rig.root, 'seen');
    const body = `{ echo "$# $*"; pwd; cat; env | sort | grep -v -e '^_=' -e ^SHLVL= -e ^OLDPWD=; } >'${seen}'; echo out; echo err >&2; exit 3`;
    await uninstallHook(repo);
    writeScript(hook, body);
    const alone = push('alone', 'a');
    const seenAlone = readFileSync(seen, 'utf8');
    await installHook(repo, {command: [join(rig.root, 'worker with space'), "it's"]});
    rig.run(['reset', '--quiet', '--hard', 'HEAD~1'], {cwd: clone});
    const before = rig.git('rev-parse', 'refs/heads/a');
    rig.git('update-ref', '-d', 'refs/heads/a');
    const together = push('alone', 'a');
    assert.equal(rig.git('rev-parse', 'refs/heads/a'), before);
    assert.equal(readFileSync(seen, 'utf8'), seenAlone);
    assert.match(seenAlone, new RegExp(`0{40} ${before} refs/heads/a`));
    assert.equal(together.status, alone.status);
    assert.deepEqual(remoteLines(together.stderr), remoteLines(alone.stderr));
    assert.deepEqual(remoteLines(together.stderr).toSorted(), ['err', 'out']);
    await waitForFile(started);
    await endWorker();
  });

  it('is not failed by a queue, a log or a launcher that cannot be used', async () => {
    using made = await openPushRig();
    const {repo, push, started, endWorker} = made;
    for (const name of ['queue', 'log']) {
      rmSync(join(repo.gitDir, 'ctr', name), {recursive: true});
      writeFileSync(join(repo.gitDir, 'ctr', name), 'a file');
    }
    const first = push('second');
    assert.deepEqual([first.status, remoteLines(first.stderr)], [0, []]);
    await waitForFile(started);
    await endWorker();
    writeFileSync(join(repo.gitDir, 'ctr', 'run'), '#!/nonexistent/interpreter\n');
    const second = push('third');
    assert.deepEqual([second.status, remoteLines(second.stderr)], [0, []]);
  });

  it('makes the folders of the queue anew when they are gone', async () => {
    using made = await openPushRig();
    const {repo, push, newNotes, started, endWorker} = made;
    rmSync(join(repo.gitDir, 'ctr', 'queue'), {recursive: true});
    assert.equal(push('second').status, 0);
    assert.equal(newNotes().length, 1);
    await waitForFile(started);
    await endWorker();
  });

  it('finds the repository where it is now, also after it was moved', async () => {
    using made = await openPushRig();
    const {rig, repo, started, clone, push, endWorker} = made;
    const moved = join(rig.root, "moved 'repo' $x.git");
    renameSync(repo.gitDir, moved);
    rig.run(['remote', 'set-url', 'origin', moved], {cwd: clone});
    assert.equal(push('second').status, 0);
    assert.match(await waitForFile(started), /<--repo><.*moved 'repo' \$x\.git>/);
    await endWorker();
  });

  it('does nothing for a repository where ctr is not installed', async () => {
    using made = await openPushRig();
    const {repo, hook, push} = made;
    await uninstallHook(repo);
    writeFileSync(hook, readFileSync(SHIPPED), {mode: 0o755});
    const before = contents(join(repo.gitDir, 'ctr'));
    const {status, stderr} = push('second');
    assert.deepEqual([status, remoteLines(stderr)], [0, []]);
    assert.deepEqual(contents(join(repo.gitDir, 'ctr')), before);
  });
});

const SHELLS = [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name]) => {
  return (
    spawnSync(name!, ['-c', 'true']).error === undefined &&
    spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
  );
});

for (const shell of SHELLS) {
  describe(`the hook, run by ${shell.join(' ')}`, () => {
    it('lets go of every descriptor from 0 to 9 at once, while the worker goes on', async () => {
      using made = await openPushRig();
      const {repo, hook, started, endWorker, newNotes} = made;
      const [command, ...args] = shell;
      const child = spawn(command!, [...args, hook], {
        cwd: repo.gitDir,
        env: {PATH: process.env.PATH, GIT_DIR: '.', GIT_PUSH_OPTION_0: 'a\nGIT_EVIL=1; rm -rf $HOME `x`'},
        stdio: Array.from({length: 10}, () => 'pipe' as const),
      });
      const ends = child.stdio.slice(1).map((pipe) =>
        once(
          pipe!.on('data', () => {}).on('error', () => {}),
          'close',
        ),
      );
      // A pipe that the worker had inherited would stay open for as long as it runs, and it runs until `endWorker`.
      await Promise.all(ends);
      const lines = (await waitForFile(started)).trim().split('\n');
      assert.deepEqual(
        lines.filter((line) => line.startsWith('GIT_')),
        [],
      );
      assert.equal(newNotes().length, 1);
      await endWorker();
    });

    it('runs in a session of its own, or at least survives a hang-up', async () => {
      using made = await openPushRig();
      const {repo, rig, hook, started, endWorker} = made;
      const tools = join(rig.root, 'tools');
      mkdirSync(tools);
      // Everything that the hook needs but setsid. (Busybox brings its own.)
      for (const name of ['env', 'sed', 'mv', 'mkdir', 'sleep', 'ls', 'grep', 'cat', 'sh', shell[0]!]) {
        const found = spawnSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'}).stdout.trim();
        if (!existsSync(join(tools, name))) symlinkSync(found, join(tools, name));
      }
      const [command, ...args] = shell;
      const env = {PATH: tools, GIT_DIR: repo.gitDir};
      const {status, stderr} = spawnSync(command!, [...args, hook], {
        cwd: repo.gitDir,
        env,
        input: '',
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, '']);
      await waitForFile(started);
      await endWorker();
    });
  });
}

function remoteLines(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length).trim());
}
