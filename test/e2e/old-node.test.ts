import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {findOldNode} from '../support/servers/old-node.ts';
import {describeWith} from '../support/servers/require.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

describeWith('old-node', 'ctr started by a Node that is too old for it', () => {
  const oldNode = findOldNode(process.env)!;

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
    test(`${signal} ends a server and the process that started it`, async () => {
      await using rig = new CtrRig('embedded');
      await rig.install('--no-import');
      await using server = await startServer(oldNode, rig);
      assert.equal(server.pids().length, 2);
      server.child.kill(signal);
      const [code, by] = await server.closed;
      // These two are told to the server, which ends well; the others end it as they end any process.
      const isPolite = signal === 'SIGTERM' || signal === 'SIGINT';
      assert.deepEqual([code, by], isPolite ? [0, null] : [null, signal]);
      await until(() => server.pids().length === 0, 'both to end');
    });
  }

  test('Ctrl-C in a terminal ends a server once, and lets what runs finish', async () => {
    await using rig = new CtrRig('embedded');
    await rig.install('--no-import');
    const command = [oldNode, CTR, 'serve', '--listen', '127.0.0.1:0', '--json', rig.gitDir];
    const terminal = spawn(
      'script',
      ['--quiet', '--return', '--command', `exec ${command.join(' ')}`, '/dev/null'],
      {
        env: rig.env,
        cwd: rig.root,
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    let said = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => said.includes('"url"'), 'the address');
    terminal.stdin.write('\x03');
    const [code] = await once(terminal, 'close');
    assert.deepEqual([code, said.match(/told to end/g)?.length], [0, 1], said);
    assert.deepEqual(rig.findProcesses('serve'), []);
  });

  test('stdin, stdout and the exit code are those of ctr', async () => {
    await using rig = new CtrRig('embedded');
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');
    await rig.install();
    const run = (...args: string[]) =>
      spawnSync(oldNode, [CTR, ...args, '--repo', rig.gitDir], {
        env: rig.env,
        cwd: rig.root,
        encoding: 'utf8',
      });
    assert.deepEqual([run('cat', 'a.txt').status, run('cat', 'a.txt').stdout], [0, 'petrichor\n']);
    assert.equal(run('cat', 'nope.txt').status, 1);
    assert.equal(run('nope').status, 2);
  });

  test('a worker that a push starts does not need it', async () => {
    await using rig = new CtrRig('embedded');
    const {status, stderr} = spawnSync(oldNode, [CTR, 'install', rig.gitDir], {
      env: rig.env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');
    await rig.assertQueueDrains();
    await rig.assertEqualsGit();
  });
});

/** Resolves when it listens. Disposing of it leaves no process. */
async function startServer(node: string, rig: CtrRig) {
  const child = spawn(node, [CTR, 'serve', '--listen', '127.0.0.1:0', rig.gitDir], {
    env: rig.env,
    cwd: rig.root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const log = text(child.stderr);
  const [line] = (await Promise.race([once(child.stdout, 'data'), closed])) as unknown[];
  if (!Buffer.isBuffer(line)) assert.fail(await log);
  const pids = () => rig.findProcesses('serve');
  return {
    child,
    closed,
    pids,
    async [Symbol.asyncDispose]() {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
    },
  };
}
