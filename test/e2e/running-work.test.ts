import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import type {RunningWork} from '../../src/domain/running-work.ts';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {longHistory} from '../support/long-history.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const COMMITS = 6000;

interface Status {
  readonly upToDate: boolean;
  readonly running: readonly RunningWork[];
  readonly problems: readonly string[];
}

interface ProgressLine {
  readonly type: string;
  readonly phase: string;
  readonly commits: number;
  readonly commitsFound: number;
  readonly commitsTotal?: number;
}

test('an import that runs is seen by others, says how it goes on when it is stopped, and then comes to its total', async () => {
  await using rig = new CtrRig('embedded');
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], longHistory(COMMITS));
  await rig.install('--no-import');
  assert.deepEqual((await rig.json<Status>('status')).running, []);

  await using sync = await startUntil(rig, (event) => (event.commitsTotal ?? 0) > 0 && event.commits > 0);
  const {child} = sync;
  child.kill('SIGSTOP');
  await assertSeen(rig, child.pid!);
  await assertWaitersAreTold(rig, child.pid!);
  await using web = await WebRig.open(rig);
  await assertShownToReaders(web);

  child.kill('SIGCONT');
  await until(async () => (await rig.countDocuments()).commits > 0, 'commits to be stored');
  child.kill('SIGINT');
  // Ended by the signal itself: 130 to a shell.
  assert.deepEqual(await sync.closed, [null, 'SIGINT']);
  const said = JSON.parse((await sync.stderr).trim()) as {type: string; message: string; hint: string};
  assert.equal(said.type, 'interrupted');
  assert.match(said.message, /^interrupted while importing, \d+ %, [\d,]+ of 6,000 commits/);
  assert.match(said.hint, new RegExp(`What is stored stays. \`ctr sync --repo ${rig.gitDir}\` goes on`));
  assert.deepEqual((await rig.json<Status>('status')).running, []);

  // Nothing runs, and nothing is there.
  assert.equal(
    (await web.ask('/repositories').then((answer) => answer.json() as Json)).repositories[0].state,
    'unindexed',
  );
  assert.equal((await page(web, '/repo')).headers.get('refresh'), null);
  const resumed = await listProgress(rig);
  const last = resumed.at(-1)!;
  assert.ok(last.commitsFound > 0, 'what the first run has stored is counted');
  assert.ok(resumed[0]!.commits >= resumed[0]!.commitsFound);
  assert.deepEqual([last.commits, last.commitsTotal], [COMMITS, COMMITS]);
  assert.equal((await rig.json<Status>('status')).upToDate, true);
});

async function assertShownToReaders(web: WebRig): Promise<void> {
  for (const path of ['/repo', '/repo/search?q=lorem', '/repo/branches', '/repo/branches/main']) {
    const shown = await page(web, path);
    assert.equal(shown.status, 503, path);
    assert.ok(shown.headers.get('retry-after') && shown.headers.get('refresh'), path);
    assert.match(
      await shown.text(),
      /is being imported<[\s\S]*<progress [\s\S]*\d+ %, [\d,]+ of 6,000 commits/,
    );
  }
  assert.match(await (await page(web, '/')).text(), /being imported, \d+ %, [\d,]+ of 6,000 commits/);
  for (const path of ['/repo/head', '/repo/refs', '/repo/refs/main/search?q=lorem', '/repo/head/tree']) {
    const answer = await web.ask(path);
    const {code, detail, importing} = (await answer.json()) as Json;
    assert.deepEqual([answer.status, code, importing.total], [503, 'IMPORTING', COMMITS], path);
    assert.match(detail, /^the first import of this repository runs, \d+ %, /);
    assert.ok(answer.headers.get('retry-after'));
    assert.equal('pid' in importing, false);
  }
  const [repository] = (await web.json('/repositories')).repositories;
  assert.deepEqual(
    [repository.state, repository.importing.unit, repository.head],
    ['importing', 'commits', null],
  );
}

async function page(web: WebRig, path: string): Promise<Response> {
  return web.app.request(`http://localhost${path}`);
}

test('a run that was killed is not taken for one that works', async () => {
  await using rig = new CtrRig('embedded');
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], longHistory(COMMITS));
  await rig.install('--no-import');
  await using sync = await startUntil(rig, ({commits}) => commits > 0);
  const {child} = sync;
  child.kill('SIGKILL');
  await sync.closed;
  assert.ok(existsSync(join(rig.gitDir, 'ctr', 'work.json')), 'its file is left behind');
  const {running, upToDate} = await rig.json<Status>('status');
  assert.deepEqual([running, upToDate], [[], false]);
  assert.match((await rig.ctr('status')).stderr, /Run `ctr sync`/);
});

async function assertSeen(rig: CtrRig, pid: number): Promise<void> {
  const {running, upToDate, problems} = await rig.json<Status>('status');
  assert.deepEqual([upToDate, problems, running.length], [false, ['behind'], 1]);
  const [work] = running as [RunningWork];
  assert.deepEqual(
    [work.verb, work.pid, work.phase, work.unit, work.total],
    ['sync', pid, 'import', 'commits', COMMITS],
  );
  assert.ok(
    work.done! > 0 && work.share! > 0 && work.share! < 1 && work.secondsLeft! >= 0,
    JSON.stringify(work),
  );
  const {stdout, stderr} = await rig.ctr('status');
  assert.match(stdout.toString(), /: behind, and being worked on \(/);
  assert.match(
    stdout.toString(),
    new RegExp(
      `running: \`ctr sync\` \\(process ${pid}\\) since .*: importing, \\d+ %, [\\d,]+ of 6,000 commits`,
    ),
  );
  assert.doesNotMatch(stderr, /Run `ctr sync`/);
}

async function assertWaitersAreTold(rig: CtrRig, pid: number): Promise<void> {
  const who = new RegExp(`\`ctr sync\` \\(process ${pid}\\) since .*: importing, \\d+ %`);
  const {code, stderr} = await rig.tryCtr('sync', '--wait', '1');
  assert.equal(code, 3, stderr);
  const [waiting, locked] = stderr.split('\n');
  assert.match(waiting!, /^waiting at most 1.0 s for /);
  assert.match(waiting!, who);
  assert.match(locked!, /is being worked on: /);
  assert.match(locked!, who);
  const wait = await rig.tryCtr('wait', 'main', '--timeout', '0');
  assert.equal(wait.code, 3);
  assert.match(wait.stderr, who);
}

/** A sync that has told of progress as wanted. It goes on. */
async function startUntil(rig: CtrRig, isWanted: (event: ProgressLine) => boolean) {
  const child = spawn(process.execPath, [CTR, 'sync', '--json'], {
    env: rig.env,
    cwd: rig.gitDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const sync = {
    child,
    stderr: text(child.stderr),
    closed: once(child, 'close'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await sync.closed;
    },
  };
  for await (const event of readEvents(child)) if (event.type === 'progress' && isWanted(event)) break;
  return sync;
}

async function* readEvents({stdout}: ChildProcess): AsyncGenerator<ProgressLine> {
  for await (const line of createInterface({input: stdout!})) yield JSON.parse(line) as ProgressLine;
}

async function listProgress(rig: CtrRig): Promise<ProgressLine[]> {
  const {stdout} = await rig.ctr('sync', '--json');
  const events = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ProgressLine);
  return events.filter(({type, phase}) => type === 'progress' && phase === 'import');
}
