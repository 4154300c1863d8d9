import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {CtrRig, describeBackends, until} from '../support/ctr-rig.ts';
import {
  assertSigned,
  expectedMove,
  knownToGit,
  openWebhookReceiver,
  ScriptReceiver,
} from '../support/event-receivers.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const SECRET = 'a secret of the receiver';

describeBackends('events', (backend) => {
  test('creation, 500 commits, a force push, a tag that moves, a deletion: as Git has them, to a script and a server', async () => {
    await using rig = new CtrRig(backend);
    await using webhook = await openWebhookReceiver();
    rig.env['CTR_WEBHOOK_SECRET'] = SECRET;
    const script = new ScriptReceiver(rig);
    await rig.install('--on-sync', script.command, '--webhook', webhook.url);
    const expected: object[] = [];
    const pushAndDeliver = async (
      ref: string,
      move: Parameters<typeof expectedMove>[1],
      ...specs: string[]
    ) => {
      rig.push(...specs);
      await rig.assertQueueDrains();
      await rig.assertEventsDelivered();
      expected.push({ref, ...expectedMove(rig, move)});
    };

    const first = rig.commit('one', {'a.txt': 'one\n', 'b.txt': 'one\n', 'odd \u{1f4a5}"\n.txt': 'x\n'});
    await pushAndDeliver('refs/heads/main', {old: null, now: first}, 'main');

    rig.gitInput(['fast-import', '--quiet'], manyCommits(first));
    rig.git('reset', '--quiet', '--hard', 'main');
    const many = rig.git('rev-parse', 'main');
    await pushAndDeliver('refs/heads/main', {old: first, now: many}, 'main');

    rig.git('checkout', '--quiet', '-b', 'topic', 'main~3');
    const topic = rig.commit('topic', {'topic.txt': 'topic\n'});
    await pushAndDeliver('refs/heads/topic', {old: null, now: topic, before: [many]}, 'topic');

    rig.git('checkout', '--quiet', '-B', 'main', 'main~10');
    const forced = rig.commit('another way', {'a.txt': undefined, 'c.txt': 'new\n'});
    await pushAndDeliver('refs/heads/main', {old: many, now: forced}, 'main');

    rig.git('tag', '--annotate', '--message', 'one', 'v1', first);
    await pushAndDeliver('refs/tags/v1', {old: null, now: first, before: [forced]}, 'v1');
    rig.git('tag', '--annotate', '--force', '--message', 'two', 'v1', topic);
    await pushAndDeliver('refs/tags/v1', {old: first, now: topic}, 'v1');
    await pushAndDeliver('refs/heads/topic', {old: topic, now: null}, ':topic');

    const events = script.events();
    assert.deepEqual(
      events.map((event) => ({ref: event.ref, ...knownToGit(event)})),
      expected,
    );
    assert.deepEqual(
      events.map(({forced: isForced, totals, truncated}) => [isForced, totals.commits, truncated]),
      [
        [false, 1, false],
        [false, 500, false],
        [false, 1, false],
        [true, 1, false],
        [false, 0, false],
        [false, 498, false],
        [false, 0, false],
      ],
    );
    assert.deepEqual(
      webhook.calls.map(({event}) => event),
      events,
    );
    for (const call of webhook.calls) {
      assertSigned(call, SECRET);
      assert.equal(call.headers['x-ctr-delivery'], call.event.id);
      assert.equal(call.headers['x-ctr-attempt'], '1');
    }
    assert.deepEqual(
      script.calls().map(({env}) => [env.CTR_REF, env.CTR_OLD, env.CTR_NEW]),
      events.map(({ref, old, new: now}) => [ref, old ?? '', now ?? '']),
    );
  });

  test('a sync that dies between the move and the hand-over tells of it when the next one comes', async () => {
    await using rig = new CtrRig(backend);
    const script = new ScriptReceiver(rig);
    await rig.installWithoutHook('--on-sync', script.command);
    // Where the queues should be there is a file: the refs move, and the events cannot follow.
    mkdirSync(join(rig.gitDir, 'ctr', 'events'));
    writeFileSync(join(rig.gitDir, 'ctr', 'events', 'queues'), '');
    const first = rig.commit('one', {'a.txt': 'one\n'});
    rig.push('main');
    assert.equal((await rig.tryCtr('sync')).code, 5);
    await rig.assertEqualsGit();
    assert.deepEqual(script.calls(), []);

    rmSync(join(rig.gitDir, 'ctr', 'events', 'queues'));
    const second = rig.commit('two', {'a.txt': 'two\n'});
    rig.push('main');
    await rig.sync();
    await rig.assertEventsDelivered();
    assert.deepEqual(script.events().map(knownToGit), [
      expectedMove(rig, {old: null, now: first}),
      expectedMove(rig, {old: first, now: second}),
    ]);
  });
});

test('a sync that is killed when it has prepared its events: each move is told, in order', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--on-sync', script.command);
  const prepared = join(rig.gitDir, 'ctr', 'events', 'prepared');
  const pushed: string[] = [];
  let kills = 0;
  for (let round = 0; round < 5; round++) {
    pushed.push(rig.commit(`round ${round}`, {'a.txt': `${round}\n`}));
    rig.push('main');
    const child = spawn(process.execPath, [CTR, 'sync'], {env: rig.env, cwd: rig.gitDir, stdio: 'ignore'});
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    // Before the ref moves, after it, or when all is done: the outcome must be the same.
    while (child.exitCode === null && !hasEvents(prepared)) await nextTurn();
    child.kill('SIGKILL');
    if ((await ended)[1] === 'SIGKILL') kills++;
    await rig.sync();
    await rig.assertEventsDelivered();
  }
  assert.ok(kills > 0, 'every sync was over before it could be killed');
  const news = script.events().map(({new: now}) => now);
  assert.deepEqual([...new Set(news)], pushed);
  assert.deepEqual(
    news.toSorted((a, b) => pushed.indexOf(a!) - pushed.indexOf(b!)),
    news,
  );
});

test('a move that was prepared and did not happen is never told', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--on-sync', script.command);
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  await rig.assertEventsDelivered();
  const prepared = join(rig.gitDir, 'ctr', 'events', 'prepared');
  const lie = {target: 'f'.repeat(40), event: {...script.events()[0]!, id: 'lie'}};
  writeFileSync(join(prepared, `000000000009.${'x'.repeat(27)}.lie.json`), JSON.stringify(lie));
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.equal(script.calls().length, 1);
  assert.deepEqual(readdirSync(prepared), []);
});

test('a deliverer that is killed while a script runs: the event comes again, and later ones after it', async () => {
  await using rig = new CtrRig('embedded');
  const seen = join(rig.root, 'seen');
  const gate = join(rig.root, 'gate');
  // Hangs for as long as there is no gate.
  const command = `echo "$CTR_NEW" >>'${seen}'; while ! test -e '${gate}'; do sleep 0.05; done; cat >/dev/null`;
  await rig.installWithoutHook('--on-sync', command);
  const first = rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  await until(() => existsSync(seen), 'the script to start');
  const [pid] = rig.findProcesses('deliver');
  process.kill(pid!, 'SIGKILL');
  await rig.assertDelivererEnded();
  const [status] = await rig.readEventStatus();
  assert.deepEqual([status?.waiting, status?.attempts], [1, 0]);

  const second = rig.commit('two', {'a.txt': 'two\n'});
  rig.push('main');
  writeFileSync(gate, '');
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.deepEqual(readFileSync(seen, 'utf8').trimEnd().split('\n'), [first, first, second]);
});

test('a handler that fails delays neither the sync nor another one, and shows in the status', async () => {
  await using rig = new CtrRig('embedded');
  let refusals = 2;
  await using failing = await openWebhookReceiver(() => (refusals-- > 0 ? 503 : 200));
  const dead = await closedAddress();
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--webhook', failing.url, '--webhook', dead, '--on-sync', script.command);
  const first = rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  await until(() => script.calls().length === 1, 'the good handler to be called');
  await until(() => failing.calls.length === 3, 'the third try');
  assert.deepEqual(
    failing.calls.map(({event, headers}) => [event.new, headers['x-ctr-attempt']]),
    [
      [first, '1'],
      [first, '2'],
      [first, '3'],
    ],
  );
  assert.equal(new Set(failing.calls.map(({event}) => event.id)).size, 1);
  await until(async () => {
    const [, server] = await rig.readEventStatus();
    return server?.waiting === 0;
  }, 'the queue of the mended handler to be empty');
  const [good, mended, broken] = await rig.readEventStatus();
  assert.deepEqual(good, {handler: script.command, waiting: 0, since: null, attempts: 0, lastError: null});
  assert.deepEqual([mended?.attempts, mended?.lastError], [0, null]);
  assert.deepEqual(
    [broken?.handler.split(' ')[0], broken?.waiting, broken?.lastError],
    [new URL(dead).origin, 1, 'ECONNREFUSED'],
  );
  assert.ok(broken!.attempts > 0 && broken!.since !== null);
  const {stdout} = await rig.ctr('status');
  assert.match(
    stdout.toString(),
    /^events: 1 waiting since \S+ for http:\S+ \([\w-]{8}\): ECONNREFUSED \(\d+ tries\)$/m,
  );
  // What stands behind the server's name is a key to many a receiver.
  const settings = [await rig.ctr('config', '--verbose'), await rig.ctr('config', 'ctr.webhook', '--json')];
  const log = readFileSync(join(rig.gitDir, 'ctr', 'log', 'events.log'), 'utf8');
  for (const output of [stdout, ...settings.map((run) => run.stdout), log]) {
    assert.ok(output.includes(new URL(dead).origin));
    assert.doesNotMatch(output.toString(), /hook\?|\/hook|hush/);
  }

  // Taken out of the settings, it is forgotten; the process that tries it ends by itself.
  rig.git('--git-dir', rig.gitDir, 'config', '--unset', 'ctr.webhook', new URL(dead).host);
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.equal((await rig.readEventStatus()).length, 2);
});

test('events of one ref keep their order while it fails; other refs go on', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--on-sync', script.command, '--worker-linger-seconds', '0');
  const expected: Record<string, (string | null)[]> = {a: [], b: []};
  script.refuse('refs/heads/a');
  for (const [i, name] of ['a', 'b', 'a', 'a', 'b'].entries()) {
    const oid = rig.commit(`for ${name}`, {[`${name}.txt`]: `${expected[name]!.length}\n`});
    rig.push(`HEAD:refs/heads/${name}`);
    await rig.sync();
    await rig.assertEventsFailed(i + 1);
    expected[name]!.push(oid);
  }
  const told = (ref: string) =>
    script.events().flatMap(({ref: name, new: now}) => (name === ref ? [now] : []));
  assert.deepEqual(told('refs/heads/a'), []);
  assert.deepEqual(told('refs/heads/b'), expected['b']);
  const [{waiting, attempts, lastError} = assert.fail()] = await rig.readEventStatus();
  assert.deepEqual([waiting, lastError], [3, 'exit code 1']);
  assert.ok(attempts >= 2);
  assert.match(readFileSync(join(rig.gitDir, 'ctr', 'log', 'events.log'), 'utf8'), /refused refs\/heads\/a/);

  script.refuse();
  rig.push(':refs/heads/a');
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.deepEqual(told('refs/heads/a'), [...expected['a']!, null]);
});

test('a run with handlers of its own keeps what waits for those of the config', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  const other = new ScriptReceiver(rig, {name: 'other.ts'});
  await rig.installWithoutHook('--on-sync', script.command, '--worker-linger-seconds', '0');
  script.refuse('refs/heads/main');
  const commits: string[] = [];
  const pushOneMore = () => {
    commits.push(rig.commit('more', {'a.txt': `${commits.length}\n`}));
    rig.push('main');
  };
  pushOneMore();
  await rig.sync();
  await rig.assertEventsFailed();
  pushOneMore();
  await rig.ctr('sync', '--on-sync', other.command);
  await until(() => other.calls().length === 1, 'the event of the second push to be delivered');
  await rig.assertDelivererEnded();
  pushOneMore();
  rig.env['CTR_ON_SYNC'] = other.command;
  await rig.sync();
  await rig.assertEventsDelivered();
  delete rig.env['CTR_ON_SYNC'];
  assert.equal((await rig.readEventStatus())[0]?.waiting, 1);

  script.refuse();
  pushOneMore();
  await rig.sync();
  await rig.assertEventsDelivered();
  const news = (receiver: ScriptReceiver) => receiver.events().map((event) => event.new);
  assert.deepEqual(news(script), [commits[0], commits[3]]);
  assert.deepEqual(news(other), [commits[1], commits[2]]);
});

test('only refs that the globs name are told of, and without handlers nothing is written', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook();
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  assert.equal(existsSync(join(rig.gitDir, 'ctr', 'events')), false);

  rig.configure({'ctr.onSync': script.command, 'ctr.events.refs': 'refs/heads/release/*'});
  rig.commit('two', {'a.txt': 'two\n'});
  rig.push('main', 'main:refs/heads/release/1', 'main:refs/heads/release/2');
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.deepEqual(
    script.events().map(({ref}) => ref),
    ['refs/heads/release/1', 'refs/heads/release/2'],
  );
  await rig.ctr('uninstall');
  assert.equal(existsSync(join(rig.gitDir, 'ctr', 'events')), false);
});

test('names that were pushed reach a script as they are, and never its command line', async () => {
  await using rig = new CtrRig('embedded');
  const seen = join(rig.root, 'seen');
  await rig.installWithoutHook('--on-sync', `printf '%s' "$CTR_REF" >'${seen}'`);
  const ref = 'refs/heads/$(touch$IFS.pwned);touch`echo`pwned&\'"\u202e';
  rig.commit('one', {'--version': 'one\n', '$(touch pwned)': 'two\n'});
  rig.push(`HEAD:${ref}`);
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.equal(readFileSync(seen, 'utf8'), ref);
  assert.equal(existsSync(join(rig.gitDir, '.pwned')), false);
});

test('with ctr.history = refs the lists are the same', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--on-sync', script.command, '--history', 'refs');
  const first = rig.commit('one', {'a.txt': 'one\n', 'b.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  rig.commit('two', {'a.txt': 'two\n'});
  const third = rig.commit('three', {'b.txt': undefined, 'c.txt': 'three\n'});
  rig.push('main');
  await rig.sync();
  await rig.assertEventsDelivered();
  assert.deepEqual(script.events().map(knownToGit), [
    expectedMove(rig, {old: null, now: first}),
    expectedMove(rig, {old: first, now: third}),
  ]);
});

test('lists are cut at 10,000, and what they were cut from is counted', async () => {
  await using rig = new CtrRig('embedded');
  const script = new ScriptReceiver(rig);
  await rig.installWithoutHook('--on-sync', script.command);
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], manyCommits(undefined, 10_050));
  await rig.sync();
  await rig.assertEventsDelivered();
  const [{commits, paths, totals, truncated} = assert.fail()] = script.events();
  const all = rig.git('--git-dir', rig.gitDir, 'rev-list', '--reverse', 'main').split('\n');
  const files = rig.git('--git-dir', rig.gitDir, 'ls-tree', '-r', '--name-only', 'main').split('\n');
  assert.deepEqual(commits, all.slice(-10_000));
  assert.equal(paths.added.length, Math.min(files.length, 10_000));
  assert.deepEqual(totals, {commits: 10_050, added: files.length, changed: 0, removed: 0});
  assert.equal(truncated, true);
});

test('a script that takes too long is killed with all it has started', async () => {
  await using rig = new CtrRig('embedded');
  const pidFile = join(rig.root, 'child');
  const command = `sleep 1000 & echo $! >'${pidFile}'; wait`;
  const settings = ['--events-timeout-seconds', '1', '--worker-linger-seconds', '0'];
  await rig.installWithoutHook('--on-sync', command, ...settings);
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  await rig.assertEventsFailed();
  assert.equal((await rig.readEventStatus())[0]?.lastError, 'not done within 1 s');
  const child = readFileSync(pidFile, 'utf8').trim();
  await until(() => !isAlive(child), 'the child of the script to end');
});

test('a redirect is not followed', async () => {
  await using rig = new CtrRig('embedded');
  await using webhook = await openWebhookReceiver(() => 307);
  await rig.installWithoutHook('--webhook', webhook.url, '--worker-linger-seconds', '0');
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.sync();
  await rig.assertEventsFailed();
  assert.equal(webhook.calls.length, 1);
  assert.equal(webhook.calls[0]?.headers['x-ctr-signature-256'], undefined);
  assert.equal((await rig.readEventStatus())[0]?.lastError, 'it answered 307');
});

/** Where nobody listens. */
async function closedAddress(): Promise<string> {
  await using server = await openWebhookReceiver();
  return server.url;
}

function hasEvents(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** A killed process that nobody has waited for yet is a zombie. */
function isAlive(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Commits on main, each of which changes one file and adds another; some take one away. */
function manyCommits(from: string | undefined, count = 500): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    lines.push('commit refs/heads/main', `committer C <c@e.org> ${1_700_100_000 + i} +0000`, 'data 2', 'x\n');
    if (i === 0 && from) lines.push(`from ${from}`);
    lines.push('M 100644 inline b.txt', `data ${String(i).length}`, String(i));
    lines.push(`M 100644 inline many/${i}.txt`, 'data 5', 'many\n');
    if (i % 10 === 9) lines.push(`D many/${i - 5}.txt`);
    lines.push('');
  }
  return lines.join('\n');
}

test('a TypeScript command with what Node cannot strip says what is wrong with it, and where to read on', async () => {
  await using rig = new CtrRig('embedded');
  const script = join(rig.root, 'enum.ts');
  writeFileSync(script, "enum Color { Red = 'red' }\nconsole.log(Color.Red);\n");
  await rig.installWithoutHook('--on-sync', script, '--worker-linger-seconds', '0');
  rig.commit('one', {'a.txt': 'a\n'});
  rig.push('main');
  await rig.ctr('sync');
  await rig.assertEventsFailed();
  assert.equal(
    (await rig.readEventStatus())[0]!.lastError,
    'exit code 1: TypeScript enum is more than types, which is all that Node strips; docs/events.md says what to do',
  );
});
