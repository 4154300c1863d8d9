import assert from 'node:assert/strict';
import {cpSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {AppContext, CommonOptions} from '../../src/app/context.ts';
import {openSite, resolveSiteRoot} from '../../src/app/site/open-site.ts';
import type {Site} from '../../src/app/site/site.ts';
import {listRefs} from '../../src/read/list-refs.ts';
import {CtrRig, describeBackends, until} from '../support/ctr-rig.ts';

const COMMON: CommonOptions = {repo: undefined, json: false, quiet: false, verbose: false, flags: new Map()};

describeBackends('a site', (backend) => {
  test('shows what the index has now, through stores that stay open', async () => {
    await using rig = await installedRig(backend);
    await using site = await open(rig, rig.gitDir);
    assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main']);
    rig.push('main:other');
    await rig.ctr('sync');
    assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main', 'refs/heads/other']);
  });

  test('follows an index that was dropped and made anew', async () => {
    await using rig = await installedRig(backend);
    await using site = await open(rig, rig.gitDir);
    assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main']);
    await rig.ctr('uninstall', '--purge');
    await assert.rejects(refsOf(site, 'repo'), {code: 'CONFIG'});
    rig.push('main:fresh');
    rig.configure({'core.hooksPath': undefined});
    await rig.install();
    assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/fresh', 'refs/heads/main']);
  });
});

test('an embedded index that is replaced in the middle of a request is closed after it', async () => {
  await using rig = await installedRig('embedded');
  await using site = await open(rig, rig.gitDir);
  const repository = await site.findRepository('repo');
  const local = join(rig.gitDir, 'ctr');
  await repository!.withReader(async (reader) => {
    cpSync(realpathSync(join(local, 'index.db')), join(local, 'index-2.db'));
    symlinkSync('index-2.db', join(local, 'index.new'));
    renameSync(join(local, 'index.new'), join(local, 'index.db'));
    assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main']);
    assert.equal((await listRefs(reader)).length, 1);
  });
  assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main']);
});

test('a directory shows the repositories below it, new ones too; names are unique and no paths', async () => {
  await using rig = await installedRig('embedded');
  await using site = await open(rig, rig.root);
  assert.deepEqual(await namesOf(site), ['repo']);
  await rig.ctr('init', join(rig.root, 'team', 'repo.git'));
  await rig.ctr('init', join(rig.root, 'team', 'wiki.git'));
  await until(async () => (await namesOf(site)).length === 3, 'the new repositories');
  assert.deepEqual(await namesOf(site), ['repo', 'team-repo', 'wiki']);
  for (const name of ['../repo', 'team/wiki', 'repo.git', '', '.']) {
    assert.equal(await site.findRepository(name), undefined, name);
  }
  rmSync(join(rig.root, 'team'), {recursive: true});
  await until(async () => (await namesOf(site)).length === 1, 'the repositories to go');
  assert.equal(await site.findRepository('wiki'), undefined);
});

test('without a repository, what the index holds', async () => {
  await using rig = await installedRig('OpenSearch and files');
  const away = join(rig.root, 'away');
  mkdirSync(away);
  const context = {...contextOf(rig), cwd: away};
  await using site = await openSite(context, COMMON, resolveSiteRoot(context, COMMON, undefined));
  assert.deepEqual(await refsOf(site, 'repo'), ['refs/heads/main']);
  assert.equal((await site.findRepository('repo'))?.gitDir, undefined);
});

async function installedRig(backend: ConstructorParameters<typeof CtrRig>[0]): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.installWithoutHook();
  return rig;
}

function contextOf(rig: CtrRig): AppContext {
  const {stdout, stderr} = process;
  return {
    env: rig.env,
    cwd: rig.root,
    stdout,
    stderr,
    isTerminal: {stdout: false, stderr: false},
    now: () => new Date(),
  };
}

function open(rig: CtrRig, root: string) {
  const context = contextOf(rig);
  return openSite(context, COMMON, resolveSiteRoot(context, COMMON, root));
}

async function namesOf(site: Site): Promise<string[]> {
  return (await site.listRepositories()).map(({name}) => name);
}

async function refsOf(site: Site, name: string): Promise<string[]> {
  const repository = await site.findRepository(name);
  const refs = await repository!.withReader(listRefs);
  return refs.map((ref) => ref.name);
}
