import assert from 'node:assert/strict';
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import type {Status} from '../../src/app/status/read-status.ts';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {runCtr} from '../support/run-ctr.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/** What can happen to what `ctr/run` starts after it was installed, and what is said of it. */
const BREAKS: Readonly<
  Record<string, {breakIt: (launcher: string) => void; says: RegExp; leavesNote?: false}>
> = {
  'its Node was moved': {
    breakIt: (file) => replaceIn(file, process.execPath, '/nope/node'),
    says: /\/ctr\/run does not start: .*\/nope\/node: not found/,
  },
  'ctr was moved': {
    breakIt: (file) => replaceIn(file, CTR, '/nope/ctr.js'),
    says: /\/ctr\/run does not start: Error: Cannot find module '\/nope\/ctr\.js'/,
  },
  'ctr/run is not executable': {
    breakIt: (file) => chmodSync(file, 0o644),
    says: /\/ctr\/run does not start: .*EACCES/,
    leavesNote: false,
  },
  'ctr/run ends without a word': {
    breakIt: (file) => writeFileSync(file, '#!/bin/sh\nexit 3\n'),
    says: /\/ctr\/run does not start: exit code 3/,
  },
};

for (const [name, {breakIt, says, leavesNote = true}] of Object.entries(BREAKS)) {
  test(`a hook is broken when ${name}: status and wait say so, and install repairs it`, async () => {
    await using rig = new CtrRig('embedded');
    await rig.install();
    const launcher = join(rig.gitDir, 'ctr', 'run');
    breakIt(launcher);
    rig.commit('one', {'a.txt': 'petrichor\n'});
    rig.push('main');

    const status = await rig.json<Status>('status');
    assert.deepEqual([status.hook, status.queue.notes], ['broken', leavesNote ? 1 : 0]);
    assert.match(status.hookProblem ?? '', says);
    assert.ok(status.problems.includes('hook'));
    const {code, stdout, stderr} = await rig.tryCtr('status', '--exit-code');
    assert.equal(code, 1);
    assert.match(stdout.toString(), /hook: broken: /);
    assert.match(stderr, /Run `ctr install` again/);

    const wait = await rig.tryCtr('wait', 'main');
    assert.equal(wait.code, 2);
    assert.match(wait.stderr, says);

    await rig.install();
    assert.equal((await rig.json<Status>('status')).hook, 'installed');
    await rig.assertEqualsGit();
  });
}

test('a worker that dies is said by wait, with its last words and its log', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  const launcher = join(rig.gitDir, 'ctr', 'run');
  const dying = 'case $1 in --version) echo 1 ;; *) echo "Error: petrichor" >&2; exit 7 ;; esac';
  writeFileSync(launcher, `#!/bin/sh\n${dying}\n`);
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  await until(() => rig.readWorkerLog() !== '', 'the worker to die');
  const world = {env: rig.env, cwd: rig.gitDir, now: fastClock()};
  const {code, stderr} = await runCtr(['wait', 'main'], world);
  assert.equal(code, 5);
  assert.match(stderr, /the worker has ended and left its work: Error: petrichor/);
  assert.ok(stderr.includes(join(rig.gitDir, 'ctr', 'log', 'worker.log')));
  const status = await rig.ctr('status');
  assert.match(status.stdout.toString(), /worker: Error: petrichor\n/);
  assert.match(status.stdout.toString(), /hook: installed: pushes are worked on by ctr 1\n/);
  await rig.install();
});

test('wait says what a worker that tries again waits for', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  rig.configure({'ctr.timeoutSeconds': '1'});
  rig.readdress('http://127.0.0.1:9');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  await until(() => rig.readWorkerLog().includes('BACKEND_UNAVAILABLE'), 'the worker to fail');
  // Stopped between two tries: the next one would follow the settings.
  for (const pid of rig.findProcesses('--worker')) process.kill(pid, 'SIGSTOP');
  rig.readdress(undefined);
  const world = {env: rig.env, cwd: rig.gitDir, now: fastClock()};
  const {code, stderr} = await runCtr(['wait', 'main', '--timeout', '120'], world);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /the worker tries again: .*BACKEND_UNAVAILABLE.*worker\.log/);
  for (const pid of rig.findProcesses('--worker')) process.kill(pid, 'SIGKILL');
});

/** Every look at it takes five seconds. */
function fastClock(): () => Date {
  let clockMs = Date.now();
  return () => new Date((clockMs += 5000));
}

function replaceIn(file: string, before: string, after: string): void {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(before));
  writeFileSync(file, text.replace(before, after));
}
