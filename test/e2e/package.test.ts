import assert from 'node:assert/strict';
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, existsSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the published package installs, notices a push, searches and serves', async () => {
  await using rig = new CtrRig('embedded');
  const ctr = makePackage(join(rig.root, 'package'));
  const run = (...args: string[]) => {
    const {status, stdout, stderr} = spawnSync(process.execPath, [ctr, ...args, '--repo', rig.gitDir], {
      env: rig.env,
      cwd: rig.root,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  run('install');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  run('wait', 'main');
  assert.match(run('search', 'petrichor'), /^a\.txt$/m);
  assert.equal(run('cat', 'a.txt'), 'petrichor\n');
  assert.match(await readPage(ctr, rig, '/repo/file/a.txt'), /petrichor/);
  await rig.assertQueueDrains();
});

/** The files that npm publishes, compiled; the dependencies are the checkout's. Returns the path of the program. */
function makePackage(directory: string): string {
  const {files} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {files: string[]};
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [
    tsc,
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    join(directory, 'dist'),
  ]);
  for (const name of [...files, 'package.json']) {
    if (name !== 'dist') cpSync(join(ROOT, name), join(directory, name), {recursive: true});
  }
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  assert.ok(!existsSync(join(directory, 'src')), 'the package has no sources to fall back on');
  return join(directory, 'bin', 'ctr.js');
}

/** The text of one page of `ctr serve`, which has its pages made by processes of the package, too. */
async function readPage(ctr: string, rig: CtrRig, path: string): Promise<string> {
  const server = spawn(process.execPath, [ctr, 'serve', '--listen', '127.0.0.1:0', rig.gitDir], {
    env: rig.env,
    cwd: rig.root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(server, 'close');
  try {
    const [line] = (await Promise.race([once(server.stdout, 'data'), closed])) as unknown[];
    assert.ok(Buffer.isBuffer(line), 'the server has ended');
    const response = await fetch(new URL(path, line.toString().trim()));
    assert.equal(response.status, 200);
    return await response.text();
  } finally {
    server.kill('SIGTERM');
    await closed;
  }
}
