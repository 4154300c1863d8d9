import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {type IncomingMessage, request} from 'node:http';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {CtrRig, describeBackends, until} from '../support/ctr-rig.ts';
import {holdPushes} from '../support/hold-pushes.ts';
import {openNarrows} from '../support/narrows.ts';
import {type ClientRun, listProcessesIn, ServeRig} from '../support/serve-rig.ts';

const MEGABYTE = 1024 * 1024;

describeBackends('ctr serve', (backend) => {
  test('clone, push, force push and delete, and the index shows it by itself', async () => {
    await using rig = await installedRig(backend);
    await using server = await serve(rig);
    const descriptors = server.countDescriptors();
    await clientOf(rig, server).ok('clone', '--quiet', '{url}repo.git', 'copy');
    assert.equal(existsSync(join(rig.root, 'copy', 'a.txt')), true);

    const second = rig.commit('two', {'b.txt': 'petrichor\n'});
    await pusher(rig, server).ok('push', '{url}repo.git', 'main', 'main:topic/one');
    await rig.ctr('wait', 'main');
    await rig.ctr('wait', 'topic/one');
    assert.equal((await rig.json<{total: number}>('search', 'petrichor', '--ref', 'topic/one')).total, 1);

    rig.git('reset', '--quiet', '--hard', 'HEAD~1');
    const other = rig.commit('other', {'c.txt': 'gloaming\n'});
    const refused = await pusher(rig, server).run('push', '{url}repo.git', 'main');
    assert.match(refused.stderr, /rejected|non-fast-forward/);
    assert.equal(targetOf(rig, 'main'), second);
    await pusher(rig, server).ok('push', '--force', '{url}repo.git', 'main', ':topic/one');
    assert.equal(targetOf(rig, 'main'), other);
    await until(
      async () => (await refsOf(rig)).join() === `refs/heads/main ${other}`,
      'the moves to be shown',
    );
    await rig.assertQueueDrains();
    await rig.assertEqualsGit();
    await server.assertTidy(descriptors);
  });
});

test('a push of 200 MB flows through', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig);
  const peak = server.readPeakMemory();
  const oid = rig.commit('large', {'large.bin': randomBytes(200 * MEGABYTE)});
  await pusher(rig, server).ok('push', '{url}repo', 'main');
  assert.equal(targetOf(rig, 'main'), oid);
  assert.ok(server.readPeakMemory() - peak < 100 * MEGABYTE, `${peak} then ${server.readPeakMemory()}`);
  await clientOf(rig, server).ok('clone', '--quiet', '{url}repo', 'copy');
  assert.equal(statSync(join(rig.root, 'copy', 'large.bin')).size, 200 * MEGABYTE);
  assert.ok(server.readPeakMemory() - peak < 100 * MEGABYTE, `${peak} then ${server.readPeakMemory()}`);
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
});

test('partial clones work by themselves, in every protocol, and fetch what they left out', async () => {
  await using rig = await installedRig('embedded');
  rig.commit('two', {'docs/b.txt': 'two\n', 'src/c.txt': 'three\n'});
  rig.commit('three', {'docs/b.txt': 'two and more\n'});
  rig.push('main');
  const config = readFileSync(join(rig.gitDir, 'config'), 'utf8');
  await using server = await serve(rig);
  const client = clientOf(rig, server);
  const missing = async (copy: string) =>
    (await client.ok('-C', copy, 'rev-list', '--objects', '--all', '--missing=print')).stdout.match(/^\?/gm)
      ?.length ?? 0;
  for (const version of ['0', '1', '2']) {
    for (const filter of ['blob:none', 'tree:0', 'blob:limit=4']) {
      const copy = `${filter.replace(/\W/g, '-')}-${version}`;
      const {stderr} = await client.ok(
        '-c',
        `protocol.version=${version}`,
        'clone',
        '--no-checkout',
        `--filter=${filter}`,
        '{url}repo.git',
        copy,
      );
      assert.doesNotMatch(stderr, /filtering not recognized/, copy);
      assert.ok((await missing(copy)) > 0, copy);
      await client.ok('-C', copy, '-c', `protocol.version=${version}`, 'checkout', '--quiet', 'main');
      assert.equal(readFileSync(join(rig.root, copy, 'docs/b.txt'), 'utf8'), 'two and more\n');
      await client.ok('-C', copy, '-c', `protocol.version=${version}`, 'checkout', '--quiet', 'main~1');
      assert.equal(readFileSync(join(rig.root, copy, 'docs/b.txt'), 'utf8'), 'two\n');
    }
  }
  await client.ok('clone', '--quiet', '--filter=blob:none', '--sparse', '{url}repo', 'sparse');
  assert.deepEqual(readdirSync(join(rig.root, 'sparse')).toSorted(), ['.git', 'a.txt']);
  await client.ok('-C', 'sparse', 'sparse-checkout', 'set', 'src');
  assert.deepEqual(readdirSync(join(rig.root, 'sparse')).toSorted(), ['.git', 'a.txt', 'src']);

  const patterns = targetOf(rig, 'main:a.txt');
  const costly = await client.run(
    'clone',
    '--quiet',
    `--filter=sparse:oid=${patterns}`,
    '{url}repo',
    'costly',
  );
  assert.match(costly.stderr, /filter 'sparse:oid' not supported/);
  assert.equal(
    readFileSync(join(rig.gitDir, 'config'), 'utf8'),
    config,
    'nothing is written into the repository',
  );
  rig.configure({'uploadpackfilter.sparse:oid.allow': 'true'});
  await client.ok(
    'clone',
    '--quiet',
    '--no-checkout',
    `--filter=sparse:oid=${patterns}`,
    '{url}repo',
    'allowed',
  );
  rig.configure({'uploadpack.allowFilter': 'false'});
  const {stderr} = await client.ok('clone', '--filter=blob:none', '{url}repo', 'whole');
  assert.match(stderr, /filtering not recognized/);
  assert.equal(await missing('whole'), 0);
});

test('shallow, partial, compressed and protocol 0, 1 and 2', async () => {
  await using rig = await installedRig('embedded');
  rig.commit('two', {'b.txt': 'two\n'});
  rig.push('main');
  await using server = await serve(rig);
  const client = clientOf(rig, server);
  await client.ok('clone', '--quiet', '--depth=1', '{url}repo.git', 'shallow');
  assert.equal((await client.ok('-C', 'shallow', 'rev-list', '--count', 'HEAD')).stdout.trim(), '1');
  await client.ok('clone', '--quiet', '--bare', '--filter=blob:none', '{url}repo.git', 'partial');
  assert.match(
    (await client.ok('-C', 'partial', 'rev-list', '--objects', '--missing=print', 'HEAD')).stdout,
    /^\?/m,
  );
  for (const version of ['0', '1', '2']) {
    await client.ok(
      '-c',
      `protocol.version=${version}`,
      'clone',
      '--quiet',
      '{url}repo.git',
      `copy-${version}`,
    );
  }
  const headers = {'Git-Protocol': 'version=2'};
  const advertised = await fetch(`${server.url}repo/info/refs?service=git-upload-pack`, {headers});
  assert.match(await advertised.text(), /version 2/);
  const listed = await fetch(`${server.url}repo/git-upload-pack`, {
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': 'application/x-git-upload-pack-request',
      'Content-Encoding': 'gzip',
    },
    body: gzipSync('0014command=ls-refs\n0000'),
  });
  assert.match(await listed.text(), /refs\/heads\/main/);
});

test('what is no smart request, or no name of a repository, reaches nothing', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig);
  const status = async (path: string, init?: RequestInit) =>
    (await fetch(`${server.url}${path}`, init)).status;
  for (const path of [
    'repo.git/HEAD',
    'repo.git/config',
    'repo.git/objects/info/packs',
    'repo.git/info/refs',
  ]) {
    assert.equal(await status(path), 403, path);
  }
  const advertisement = 'info/refs?service=git-upload-pack';
  for (const name of [
    '..%2frepo.git',
    '%2e%2e%2frepo',
    'repo%00.git',
    `${encodeURIComponent(rig.gitDir)}`,
    'none',
  ]) {
    assert.equal(await status(`${name}/${advertisement}`), 404, name);
  }
  assert.equal(await status('repo/info/refs?service=git-upload-archive'), 403);
  assert.equal(await status('repo/git-upload-pack', {method: 'POST', body: 'x'}), 415);
  assert.equal(await status('repo.git/git-upload-pack'), 405);
});

test('tokens: missing, wrong, for reading only, revoked, and none at all', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig);
  const oid = targetOf(rig, 'main');
  rig.commit('two');
  const push = (token?: string) => clientOf(rig, server, token).run('push', '{url}repo.git', 'main');

  assert.match((await push()).stderr, /switched off: there is no token that allows it[\s\S]*403/);
  const reading = await createToken(rig, 'reader', 'read');
  assert.match((await push(reading)).stderr, /403/);
  const pushing = await createToken(rig, 'ada', 'push');
  assert.match((await push()).stderr, /could not read Username|Authentication failed/);
  assert.match((await push('ctr_wrong')).stderr, /Authentication failed/);
  assert.match((await push(reading)).stderr, /The token reader does not allow pushing[\s\S]*403/);
  assert.equal(targetOf(rig, 'main'), oid);

  const bearer = ['-c', `http.extraHeader=Authorization: Bearer ${pushing}`];
  assert.equal((await clientOf(rig, server).run(...bearer, 'push', '{url}repo.git', 'main')).code, 0);
  await rig.ctr('token', 'revoke', 'ada', rig.root);
  assert.notEqual((await push(pushing)).code, 0);

  const listed = await rig.ctr('token', 'list', rig.root);
  assert.match(listed.stdout.toString(), /^\d{4}-\d\d-\d\d read {2}reader\n$/);
  const [file] = readdirSync(join(rig.root, '.ctr-tokens'));
  assert.equal(statSync(join(rig.root, '.ctr-tokens', file!)).mode & 0o777, 0o600);
  await rig.assertQueueDrains();
});

test('where reading takes a token, nothing but the health is told without one', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig, '--read-token-required');
  const token = await createToken(rig, 'reader', 'read');
  for (const path of [
    '',
    'repo/',
    'api/v1/repositories',
    'metrics',
    'repo/info/refs?service=git-upload-pack',
  ]) {
    const response = await fetch(`${server.url}${path}`);
    assert.equal(response.status, 401, path);
    assert.match(response.headers.get('www-authenticate')!, /^Basic /);
  }
  assert.equal((await fetch(`${server.url}healthz`)).status, 200);
  assert.equal((await fetch(`${server.url}readyz`)).status, 200);
  assert.notEqual((await clientOf(rig, server).run('clone', '{url}repo.git', 'copy')).code, 0);
  await clientOf(rig, server, token).ok('clone', '--quiet', '{url}repo.git', 'copy');
});

test('two repositories under one root', async () => {
  await using rig = await installedRig('embedded');
  const wiki = join(rig.root, 'team', 'wiki.git');
  await rig.ctr('init', wiki);
  await using server = await serve(rig);
  const first = targetOf(rig, 'main');
  rig.commit('for the wiki', {'w.txt': 'w\n'});
  await pusher(rig, server).ok('push', '{url}wiki.git', 'main:elsewhere');
  assert.equal(rig.git('--git-dir', wiki, 'for-each-ref', '--format=%(refname)'), 'refs/heads/elsewhere');
  assert.equal(targetOf(rig, 'main'), first);
  await rig.ctr('wait', 'elsewhere', '--repo', wiki);
});

test('a client that is killed in the middle of a push leaves nothing behind', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig);
  await using narrows = await openNarrows(server, {upBytes: 8 * MEGABYTE});
  const before = targetOf(rig, 'main');
  const descriptors = server.countDescriptors();
  rig.commit('large', {'large.bin': randomBytes(64 * MEGABYTE)});
  const client = await pusher(rig, narrows).start('push', '{url}repo.git', 'main');
  await narrows.reached;
  await until(() => quarantines(rig).length > 0, 'git to receive');
  client.signal('SIGKILL');
  await client.ended;
  narrows.cut();
  await server.assertTidy(descriptors);
  assert.deepEqual(quarantines(rig), []);
  assert.equal(targetOf(rig, 'main'), before);
  await pusher(rig, server).ok('push', '{url}repo.git', 'main');
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
});

test('a clone whose client stands still waits, and one whose client is killed ends', async () => {
  await using rig = await installedRig('embedded');
  rig.commit('large', {'large.bin': randomBytes(64 * MEGABYTE)});
  rig.push('main');
  await using server = await serve(rig);
  await using narrows = await openNarrows(server, {downBytes: 8 * MEGABYTE});
  const descriptors = server.countDescriptors();
  const peak = server.readPeakMemory();
  const client = await clientOf(rig, narrows).start('clone', '--quiet', '--bare', '{url}repo.git', 'copy');
  await narrows.reached;
  assert.equal(server.listChildren().length, 1);
  client.signal('SIGKILL');
  await client.ended;
  narrows.cut();
  await server.assertTidy(descriptors);
  assert.ok(server.readPeakMemory() - peak < 32 * MEGABYTE, 'what the client does not take is not held');
});

test('an exchange in which nothing moves is ended', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig, '--serve-idle-seconds', '1');
  const descriptors = server.countDescriptors();
  const headers = {'Content-Type': 'application/x-git-upload-pack-request'};
  const sent = request(`${server.url}repo.git/git-upload-pack`, {method: 'POST', headers});
  // Git writes the head of its answer before it reads.
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write('0');
  await until(() => server.listChildren().length === 1, 'git to be started');
  const [response] = await answered;
  await assert.rejects(text(response), {code: 'ECONNRESET'});
  await server.assertTidy(descriptors);
});

test('a push that has arrived whole is done although its client has gone', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig);
  const descriptors = server.countDescriptors();
  const gate = holdPushes(rig);
  const oid = rig.commit('two');
  const client = await pusher(rig, server).start('push', '{url}repo.git', 'main');
  await until(gate.isReached, 'the push to reach the hook');
  client.signal('SIGKILL');
  await client.ended;
  gate.open();
  await until(() => targetOf(rig, 'main') === oid, 'the push to be done');
  await server.assertTidy(descriptors);
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
});

test('too many at once are told to come again', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig, '--serve-git-max', '1');
  const gate = holdPushes(rig);
  rig.commit('two');
  const client = await pusher(rig, server).start('push', '{url}repo.git', 'main');
  await until(gate.isReached, 'the push to reach the hook');
  const busy = await fetch(`${server.url}repo/info/refs?service=git-upload-pack`);
  assert.equal(busy.status, 503);
  assert.ok(Number(busy.headers.get('retry-after')) > 0);
  gate.open();
  assert.equal((await client.ended).code, 0);
  assert.equal((await fetch(`${server.url}repo/info/refs?service=git-upload-pack`)).status, 200);
  await rig.assertQueueDrains();
});

test('a pack above the limit, and one with a broken object, are refused', async () => {
  await using rig = await installedRig('embedded');
  await using server = await serve(rig, '--serve-push-max-bytes', '1m');
  const before = targetOf(rig, 'main');
  rig.commit('large', {'large.bin': randomBytes(4 * MEGABYTE)});
  const large = await pusher(rig, server).run('push', '{url}repo.git', 'main');
  assert.match(large.stderr, /maximum allowed size/);
  assert.equal(targetOf(rig, 'main'), before);
  rig.git('reset', '--quiet', '--hard', 'HEAD~1');
  const blob = rig.gitInput(['hash-object', '-w', '--stdin'], 'x');
  const tree = rig.gitInput(['mktree'], `100644 blob ${blob}\t.git\n`);
  rig.git('update-ref', 'refs/heads/hostile', rig.gitInput(['commit-tree', tree], 'hostile'));
  const hostile = await pusher(rig, server).run('push', '{url}repo.git', 'hostile');
  assert.match(hostile.stderr, /hasDotgit/);
  assert.equal(rig.git('--git-dir', rig.gitDir, 'for-each-ref', 'refs/heads/hostile'), '');
});

test('a server that is told to end lets a running push finish, and nobody new in', async () => {
  await using rig = await installedRig('embedded');
  const server = await serve(rig);
  const gate = holdPushes(rig);
  const oid = rig.commit('two', {'b.txt': 'two\n'});
  const client = await pusher(rig, server).start('push', '{url}repo.git', 'main');
  await until(gate.isReached, 'the push to reach the hook');
  server.signal('SIGTERM');
  await until(async () => !(await isListening(server)), 'the server to stop listening');
  assert.equal(server.listChildren().length, 1);
  gate.open();
  const {code, stderr} = await client.ended;
  assert.equal(code, 0, stderr);
  const log = await server.ended();
  assert.equal(targetOf(rig, 'main'), oid);
  const lines = log.filter(({route}) => route === 'git-push');
  assert.deepEqual(
    new Set(lines.map(({path, token}) => `${path} ${token}`)).has('/repo.git/git-receive-pack ada'),
    true,
  );
  assert.equal(JSON.stringify(log).includes('ctr_'), false);
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
});

test('a second signal ends a running push', async () => {
  await using rig = await installedRig('embedded');
  const server = await serve(rig);
  const gate = holdPushes(rig);
  const before = targetOf(rig, 'main');
  rig.commit('two');
  const client = await pusher(rig, server).start('push', '{url}repo.git', 'main');
  await until(gate.isReached, 'the push to reach the hook');
  server.signal('SIGTERM');
  await until(async () => !(await isListening(server)), 'the server to stop listening');
  server.signal('SIGINT');
  await server.ended();
  assert.notEqual((await client.ended).code, 0);
  assert.equal(targetOf(rig, 'main'), before);
  assert.deepEqual(listProcessesIn(rig.gitDir), []);
});

async function installedRig(backend: ConstructorParameters<typeof CtrRig>[0]): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  // Random bytes are not worth the trouble.
  rig.configure({'core.compression': '0'});
  rig.git('config', 'core.compression', '0');
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.install();
  return rig;
}

/** A server for everything below the rig's directory. */
function serve(rig: CtrRig, ...args: string[]): Promise<ServeRig> {
  return ServeRig.start([rig.root, ...args], {env: rig.env, cwd: rig.root});
}

async function createToken(rig: CtrRig, name: string, scope: 'read' | 'push'): Promise<string> {
  const {stdout} = await rig.ctr('token', 'create', name, rig.root, '--scope', scope);
  return stdout.toString().trim();
}

/** A git client in the rig's directory, or in the clone for pushes. `{url}` is the server's address, with the token. */
function clientOf(rig: CtrRig, {url}: Pick<ServeRig, 'url'>, token?: string) {
  const address = token === undefined ? url : url.replace('://', `://any:${token}@`);
  const start = async (...args: string[]) => {
    const cwd = args.includes('push') ? rig.work : rig.root;
    const words = args.map((arg) => arg.replace('{url}', address));
    const env = {...rig.env, GIT_TERMINAL_PROMPT: '0'};
    const child = spawn('git', words, {cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
      ([stdout, stderr]): ClientRun => ({code: child.exitCode, stdout, stderr}),
    );
    return {ended, signal: (signal: NodeJS.Signals) => process.kill(-child.pid!, signal)};
  };
  const run = async (...args: string[]) => (await start(...args)).ended;
  const ok = async (...args: string[]) => {
    const result = await run(...args);
    assert.equal(result.code, 0, `git ${args.join(' ')}: ${result.stderr}`);
    return result;
  };
  return {start, run, ok};
}

/** A client whose token allows pushing. */
function pusher(rig: CtrRig, server: Pick<ServeRig, 'url'>) {
  const client = async () => {
    const known = tokens.get(rig) ?? (await createToken(rig, 'ada', 'push'));
    tokens.set(rig, known);
    return clientOf(rig, server, known);
  };
  return {
    start: async (...args: string[]) => (await client()).start(...args),
    run: async (...args: string[]) => (await client()).run(...args),
    ok: async (...args: string[]) => (await client()).ok(...args),
  };
}

const tokens = new WeakMap<CtrRig, string>();

/** Where git keeps what is being pushed. */
function quarantines(rig: CtrRig): string[] {
  return readdirSync(join(rig.gitDir, 'objects')).filter((name) => name.startsWith('tmp_objdir-'));
}

function targetOf(rig: CtrRig, branch: string): string {
  return rig.git('--git-dir', rig.gitDir, 'rev-parse', `refs/heads/${branch}`);
}

async function refsOf(rig: CtrRig): Promise<string[]> {
  const {refs} = await rig.json<{refs: {name: string; commit: string}[]}>('refs');
  return refs.map(({name, commit}) => `${name} ${commit}`);
}

async function isListening({url}: ServeRig): Promise<boolean> {
  return fetch(`${url}healthz`).then(
    () => true,
    () => false,
  );
}
