import assert from 'node:assert/strict';
import {cpSync, existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {describeWith, opensearchUrl, s3} from '../support/servers/require.ts';

interface StoreStatus {
  readonly index: string;
  readonly old: {readonly kind: string; readonly place: string; readonly sizeBytes: number | null}[];
  readonly unconfirmed: string | null;
}

const readStores = async (rig: CtrRig) => (await rig.json<{stores: StoreStatus}>('status')).stores;

interface Machine {
  /** The configuration of the whole machine names servers, or does not. */
  useServers(): void;
  leaveServers(): void;
}

/** A repository that is installed embedded. Its machine's configuration is a file that the repository's includes. */
async function startEmbedded(): Promise<CtrRig & Machine> {
  const rig = new CtrRig('embedded');
  const machine = join(rig.root, 'machine.gitconfig');
  rig.configure({'include.path': machine});
  await rig.installWithoutHook();
  rig.commit('one', {'a.txt': 'petrichor\n', 'a.bin': Buffer.from([0, 7, 9])});
  rig.push('HEAD');
  await rig.sync();
  const {url, accessKey, secretKey} = s3();
  Object.assign(rig.env, {CTR_OBJECTS_ACCESS_KEY: accessKey, CTR_OBJECTS_SECRET_KEY: secretKey});
  const settings = `[ctr "index"]\n\turl = ${opensearchUrl()}\n[ctr "objects"]\n\turl = ${url}\n\tbucket = ctr-e2e\n`;
  return Object.assign(rig, {
    useServers: () => writeFileSync(machine, settings),
    leaveServers: () => writeFileSync(machine, ''),
  });
}

/** Installs again, where hooks are off for the rest of the test. */
async function installAgain(rig: CtrRig, ...args: string[]): Promise<string> {
  rig.configure({'core.hooksPath': undefined});
  const {stderr} = await rig.ctr('install', ...args);
  rig.configure({'core.hooksPath': '/dev/null'});
  return stderr;
}

async function isSound(rig: CtrRig): Promise<boolean> {
  const {stdout} = await rig.ctr('verify', '--content', '--json');
  return (JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as {ok: boolean}).ok;
}

/** Indexes in OpenSearch, asked of the server. */
async function listIndexes(name: string): Promise<string[]> {
  const response = await fetch(`${opensearchUrl()}/_cat/indices/${name}-*?format=json&h=index`);
  return ((await response.json()) as {index: string}[]).map(({index}) => index);
}

describeWith(['opensearch', 's3'], 'stores that a repository has filled', () => {
  test('an address that changed by itself stops everything that writes, and is named to readers', async () => {
    await using rig = await startEmbedded();
    rig.useServers();
    for (const args of [
      ['sync'],
      ['prune'],
      ['verify'],
      ['search', 'petrichor'],
      ['refs'],
      ['wait', 'main'],
    ]) {
      const {code, stderr} = await rig.tryCtr(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, /is in the index inside the repository, but the settings name the index repo at/);
      assert.match(stderr, /ctr\.index\.url \(git config \(local\)\).*`ctr install`/);
    }
    const all = await rig.tryCtr('sync', '--all', rig.root);
    assert.equal(all.code, 2, all.stderr);
    assert.match((await readStores(rig)).unconfirmed!, /this change is not confirmed/);
    assert.deepEqual(await listIndexes('repo'), []);
    // One command may look elsewhere.
    rig.env['CTR_INDEX_URL'] = 'embedded';
    assert.match((await rig.ctr('search', 'petrichor')).stdout.toString(), /a\.txt/);
    delete rig.env['CTR_INDEX_URL'];
    rig.leaveServers();
    await rig.sync();
    await rig.assertEqualsGit();
  });

  test('what a move leaves is named by status and prune, and removed when asked for', async () => {
    await using rig = await startEmbedded();
    rig.useServers();
    const name = `e2e-stores-${process.pid}-${Date.now()}`;
    const said = await installAgain(rig, '--index-name', name);
    assert.match(said, /stays in the index inside the repository: `ctr prune --old-stores`/);
    await rig.assertEqualsGit();
    const {old} = await readStores(rig);
    assert.deepEqual(
      old.map(({kind, place}) => [kind, place.replace(/\(.*/, '')]),
      [
        ['index', 'the index inside the repository'],
        ['objects', 'the objects inside the repository '],
      ],
    );
    assert.ok(old[0]!.sizeBytes! > 10_000);
    const {stdout} = await rig.ctr('prune');
    assert.match(stdout.toString(), /old store: the index inside the repository/);
    const {removedStores} = await rig.json<{removedStores: {state: string; count: number}[]}>(
      'prune',
      '--old-stores',
    );
    assert.deepEqual(
      removedStores.map(({state, count}) => [state, count]),
      [
        ['removed', 1],
        ['removed', 0],
      ],
    );
    const files = readdirSync(join(rig.gitDir, 'ctr')).filter((file) => /^(index|objects)/.test(file));
    assert.deepEqual(files, []);
    assert.deepEqual((await readStores(rig)).old, []);
    await rig.assertEqualsGit();
    // Back again: what is on the servers is the old store now, and --purge reaches both.
    rig.leaveServers();
    assert.equal((await rig.tryCtr('sync')).code, 2);
    await installAgain(rig);
    await rig.assertEqualsGit();
    assert.equal((await readStores(rig)).old.length, 2);
    await rig.ctr('uninstall', '--purge');
    assert.deepEqual(await listIndexes(name), []);
    assert.equal(existsSync(join(rig.gitDir, 'ctr')), false);
  });

  test('an old store that is the one in use under another address loses nothing', async () => {
    await using rig = new CtrRig('servers');
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'petrichor\n', 'a.bin': Buffer.from([0, 7, 9])});
    rig.push('HEAD');
    await rig.sync();
    for (const key of ['CTR_INDEX_URL', 'CTR_OBJECTS_URL'])
      rig.env[key] = rig.env[key]!.replace('127.0.0.1', 'localhost');
    assert.equal((await rig.tryCtr('sync')).code, 2);
    await installAgain(rig);
    const {removedStores} = await rig.json<{removedStores: {state: string}[]}>('prune', '--old-stores');
    assert.deepEqual(
      removedStores.map(({state}) => state),
      ['same', 'same'],
    );
    assert.deepEqual((await readStores(rig)).old, []);
    assert.equal(await isSound(rig), true);
  });

  test('objects that are to be elsewhere are brought there by install, before anything relies on it', async () => {
    await using rig = await startEmbedded();
    const {url} = s3();
    await installAgain(rig, '--objects-url', url, '--objects-bucket', 'ctr-e2e');
    assert.deepEqual((await rig.ctr('cat', 'a.bin')).stdout, Buffer.from([0, 7, 9]));
    assert.equal(await isSound(rig), true);
    await rig.ctr('prune', '--old-stores');
    assert.equal(await isSound(rig), true);
    await rig.ctr('uninstall', '--purge');
  });

  test('what cannot be reached is not called gone, and is remembered', async () => {
    await using rig = await startEmbedded();
    const gone = `index=http://127.0.0.1:9 name=gone objects=http://127.0.0.1:9 bucket=gone region=us-east-1 id=${rig.setting('ctr.id')} filling=true`;
    rig.git('--git-dir', rig.gitDir, 'config', '--add', 'ctr.store', gone);
    const kept = rig.git('--git-dir', rig.gitDir, 'config', '--get-all', 'ctr.store').split('\n');
    assert.equal((await rig.tryCtr('prune', '--old-stores')).code, 4);
    rig.git('--git-dir', rig.gitDir, 'config', '--replace-all', 'ctr.store', kept[0]!);
    rig.git('--git-dir', rig.gitDir, 'config', '--add', 'ctr.store', gone);
    const {code, stderr, stdout} = await rig.tryCtr('uninstall', '--purge');
    assert.equal(code, 4);
    assert.doesNotMatch(stderr, /ctr is gone/);
    assert.match(stdout.toString(), /the index gone at http:\/\/127\.0\.0\.1:9: could not be reached/);
    assert.equal(rig.setting('ctr.store'), gone);
    assert.equal(existsSync(join(rig.gitDir, 'ctr', 'index.db')), false, 'what can be reached is gone');
    rig.git('--git-dir', rig.gitDir, 'config', '--fixed-value', '--unset-all', 'ctr.store', gone);
    assert.match((await rig.ctr('uninstall', '--purge')).stderr, /ctr is gone/);
  });

  test('purging a copy leaves the index of the original alone', async () => {
    await using rig = new CtrRig('servers');
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'petrichor\n', 'a.bin': Buffer.from([0, 7, 9])});
    rig.push('HEAD');
    await rig.sync();
    const copy = join(rig.root, 'copy.git');
    cpSync(rig.gitDir, copy, {recursive: true});
    const {code, stderr} = await runCtr(['uninstall', '--purge', copy], {env: rig.env, cwd: rig.root});
    assert.equal(code, 0, stderr);
    assert.match(stderr, /it belongs to .*repo\.git, of which this repository is a copy/);
    await rig.assertEqualsGit();
    assert.equal(await isSound(rig), true);
  });
});

test('a repository that was installed before stores were remembered remembers the one it uses', async () => {
  await using rig = new CtrRig('embedded');
  await rig.installWithoutHook();
  rig.configure({'ctr.store': undefined});
  await rig.sync();
  assert.match(rig.setting('ctr.store')!, /^index=embedded name=repo objects=embedded/);
});

test('uninstall says what it keeps, and purge what it cannot call its own', async () => {
  await using rig = new CtrRig('embedded');
  await rig.install();
  const secrets = join(rig.gitDir, 'ctr', 'secrets');
  writeFileSync(secrets, 'CTR_WEBHOOK_SECRET=x\n', {mode: 0o600});
  const {stderr} = await rig.ctr('uninstall');
  assert.match(stderr, /kept: the index and its objects/);
  assert.ok(stderr.includes(`kept: the secrets in ${secrets}`), stderr);
  await rig.ctr('token', 'create', 'ada', rig.root);
  const purged = await rig.ctr('uninstall', '--purge');
  assert.match(purged.stderr, /ctr is gone from this repository/);
  assert.ok(
    purged.stderr.includes(`kept: the tokens of \`ctr serve\` in ${rig.root}/.ctr-tokens`),
    purged.stderr,
  );
  assert.equal(existsSync(join(rig.gitDir, 'ctr')), false);
});
