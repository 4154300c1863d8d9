import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {getPriority} from 'node:os';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {test} from 'node:test';
import {CtrRig, describeBackends, until} from '../support/ctr-rig.ts';
import {listProcessesIn} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

describeBackends('the hook', (backend) => {
  test('a push appears by itself', async () => {
    await using rig = new CtrRig(backend);
    await rig.install();
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');
    await rig.ctr('wait', 'main');
    await rig.assertEqualsGit();
    await rig.assertQueueDrains();
  });

  test('many pushes at once leave nothing behind', async () => {
    await using rig = new CtrRig(backend);
    await rig.install();
    rig.commit('one', {'a.txt': 'petrichor\n'});
    for (let i = 0; i < 10; i++) {
      rig.commit(`commit ${i}`, {'a.txt': `petrichor ${i}\n`});
      rig.push('main', `main:refs/heads/branch-${i}`);
    }
    await rig.assertQueueDrains();
    await rig.ctr('wait', 'main');
    await rig.assertEqualsGit();
  });
});

test('a push whose hook never ran is found by sync, also by sync --all', async () => {
  await using rig = new CtrRig('embedded');
  await rig.installWithoutHook();
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  const {upToDate, refs} = await rig.json<{upToDate: boolean; refs: {state: string}[]}>('status');
  assert.deepEqual([upToDate, refs.map(({state}) => state)], [false, ['missing']]);
  await rig.ctr('sync', '--all', rig.root);
  await rig.assertEqualsGit();
});

test('with the backend down the push succeeds, the note stays, and any later sync brings it in', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  const server = await openSilentServer();
  rig.readdress(server.url);
  rig.configure({'ctr.timeoutSeconds': '1', 'ctr.worker.lingerSeconds': '0'});
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  await until(
    () => rig.readWorkerLog().includes('BACKEND_UNAVAILABLE'),
    'the worker to see that the backend is down',
  );
  await rig.assertWorkerEnded();
  server[Symbol.dispose]();
  rig.readdress(undefined);
  assert.equal(await rig.countNotes(), 1);

  await rig.sync();
  await rig.assertEqualsGit();
  assert.equal(await rig.countNotes(), 0);
});

describeWith(['opensearch', 's3'], 'a backend that comes back', () => {
  test('the worker of a push lingers, and brings it in without any further push', async () => {
    await using rig = new CtrRig('servers');
    await rig.install();
    const real = new URL(rig.env['CTR_INDEX_URL']!);
    const gate = await openGate(real);
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');
    await rig.assertQueueDrains();

    await gate.close();
    rig.readdress(gate.url);
    rig.commit('two', {'a.txt': 'after the rain\n'});
    rig.push('main');
    await until(
      () => rig.readWorkerLog().includes('BACKEND_UNAVAILABLE'),
      'the worker to see that the backend is down',
    );
    assert.equal(rig.isWorkerRunning(), true);
    // It gives way to whoever reads meanwhile.
    assert.deepEqual(
      listProcessesIn(rig.gitDir).map((pid) => getPriority(pid)),
      [10],
    );
    await gate.open();
    await rig.assertQueueDrains();
    await rig.assertEqualsGit();
    await gate.close();
  });
});

test('a hook that inherits open descriptors does not hold the push', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  const server = await openSilentServer();
  rig.readdress(server.url);
  rig.configure({'ctr.timeoutSeconds': '20', 'ctr.worker.lingerSeconds': '0'});
  rig.commit('one', {'a.txt': 'petrichor\n'});
  // The shell gives the push three descriptors more, all of them this pipe.
  const push = spawn('sh', ['-c', 'exec git push --quiet origin main 3>&1 4>&1 9>&1'], {
    cwd: rig.work,
    env: rig.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Ends only when the last holder of the pipe has let go; the worker lives on, waiting for a server that never answers.
  await buffer(push.stdout);
  await until(() => rig.isWorkerRunning(), 'the worker to start');
  server[Symbol.dispose]();
  rig.readdress(undefined);
  await rig.assertWorkerEnded();
});

test('settings in the environment of whoever pushes change nothing', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const env = {...rig.env, CTR_EXCLUDE: '*', CTR_INDEX_NAME: 'another', CTR_HISTORY: 'refs'};
  const push = spawn('git', ['push', '--quiet', 'origin', 'main'], {cwd: rig.work, env, stdio: 'ignore'});
  assert.deepEqual(await once(push, 'exit'), [0, null]);
  await rig.assertQueueDrains();
  await rig.assertEqualsGit();
});

test('an existing hook goes on running with its stdin, and comes back byte for byte', async () => {
  await using rig = new CtrRig('embedded');
  const hook = join(rig.gitDir, 'hooks', 'post-receive');
  const own = '#!/bin/sh\ncat >"$GIT_DIR/seen"; echo "mine $#"\n';
  writeFileSync(hook, own);
  chmodSync(hook, 0o750);
  await rig.install();
  await rig.install();
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const before = '0'.repeat(40);
  const said = rig.gitSays('push', 'origin', 'main');
  assert.match(said, /remote: mine 0/);
  assert.equal(
    readFileSync(join(rig.gitDir, 'seen'), 'utf8'),
    `${before} ${rig.git('rev-parse', 'main')} refs/heads/main\n`,
  );
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
  await rig.ctr('uninstall');
  assert.equal(readFileSync(hook, 'utf8'), own);
  assert.equal(existsSync(join(rig.gitDir, 'hooks', 'post-receive.before-ctr')), false);
});

test('core.hooksPath is honoured', async () => {
  await using rig = new CtrRig('embedded');
  rig.git('--git-dir', rig.gitDir, 'config', 'core.hooksPath', join(rig.root, 'hooks'));
  await rig.install();
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  await rig.ctr('wait', 'main');
  assert.equal(existsSync(join(rig.root, 'hooks', 'post-receive')), true);
  await rig.assertQueueDrains();
  await rig.ctr('uninstall', '--purge');
  assert.equal(existsSync(join(rig.root, 'hooks', 'post-receive')), false);
  assert.equal(existsSync(join(rig.gitDir, 'ctr')), false);
  assert.equal(rig.git('--git-dir', rig.gitDir, 'config', '--list').includes('ctr.'), false);
});

/** Accepts connections and never answers. */
async function openSilentServer(): Promise<{url: string} & Disposable> {
  const sockets = new Set<{destroy(): unknown}>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as {port: number};
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A way to `target` that can be closed, and opened again under the same address. */
async function openGate(target: URL) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as {port: number}).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    open: () => listen(port),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
