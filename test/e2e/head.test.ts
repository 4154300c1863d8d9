import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {GitRig} from '../support/git-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {WebRig} from '../support/web-rig.ts';

const nameHead = (rig: CtrRig, branch: string) => bare(rig, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`);
const readHead = (rig: CtrRig) => bare(rig, 'symbolic-ref', 'HEAD');
const bare = (rig: CtrRig, ...args: string[]) => rig.git('--git-dir', rig.gitDir, ...args);

describeBackends('HEAD that moves while no ref does', (backend) => {
  test('status says that it is behind, sync what it changed, and readers follow', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('one', {'a.txt': 'on main\n'});
    rig.push('main');
    rig.commit('two', {'b.txt': 'on b2\n'});
    rig.push('HEAD:b2');
    await rig.installWithoutHook();
    nameHead(rig, 'b2');
    const {upToDate, head} = await rig.json<{upToDate: boolean; head: unknown}>('status');
    assert.deepEqual([upToDate, head], [false, {git: 'refs/heads/b2', index: 'refs/heads/main'}]);
    const said = (await rig.ctr('status')).stdout.toString();
    assert.match(said, /: behind /);
    assert.match(said, /^HEAD: refs\/heads\/main -> refs\/heads\/b2$/m);
    const {moves, head: moved} = await rig.sync();
    assert.deepEqual([moves, moved], [[], {from: 'refs/heads/main', to: 'refs/heads/b2'}]);
    assert.equal((await rig.json<{total: number}>('search', '"on b2"')).total, 1);
    nameHead(rig, 'main');
    assert.match(
      (await rig.ctr('sync')).stdout.toString(),
      /HEAD is refs\/heads\/main, and was refs\/heads\/b2/,
    );
    assert.match((await rig.ctr('status')).stdout.toString(), /: up to date /);
    bare(rig, 'update-ref', '--no-deref', 'HEAD', 'refs/heads/main');
    assert.deepEqual((await rig.sync()).head, {from: 'refs/heads/main', to: null});
  });
});

test('an install says that HEAD leads nowhere', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'text\n'});
  rig.push('main');
  assert.doesNotMatch((await rig.ctr('install')).stderr, /^HEAD: /m);
  nameHead(rig, 'nobody');
  assert.match((await rig.ctr('install')).stderr, /^HEAD: refs\/heads\/nobody is not among the refs/m);
});

test('where HEAD leads nowhere, commands, API and pages name what there is', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'text\n'});
  rig.push('main', 'HEAD:topic/<x>', 'HEAD:refs/tags/v1');
  await rig.installWithoutHook();
  await using web = await WebRig.open(rig);
  const detach = () => bare(rig, 'update-ref', '--no-deref', 'HEAD', 'refs/heads/main');
  for (const [lose, words] of [
    [
      () => nameHead(rig, 'nobody'),
      "HEAD's branch refs/heads/nobody is not in the index; there is main, topic/<x>, v1",
    ],
    [detach, 'HEAD points at no branch; there is main, topic/<x>, v1'],
  ] as const) {
    lose();
    await rig.sync();
    assert.equal((await rig.json<{isHeadLost: boolean}>('status')).isHeadLost, true);
    assert.match((await rig.ctr('status')).stdout.toString(), /^HEAD: .*, so readers have to name a ref/m);
    for (const command of [['search', 'text'], ['ls'], ['log'], ['cat', 'a.txt']]) {
      const {code, stderr} = await rig.tryCtr(...command);
      assert.equal(code, 2);
      assert.ok(stderr.includes(words), stderr);
    }
    const answer = await web.ask('/repo/head/tree');
    assert.equal(answer.status, 404);
    assert.equal(((await answer.json()) as {detail: string}).detail, words);
    const page = await web.app.request('http://localhost/repo');
    const text = await page.text();
    assert.equal(page.status, 200);
    assert.ok(text.includes('href="/repo/branches/main"'), text);
    assert.ok(text.includes('href="/repo/branches/topic/%3Cx%3E"'), text);
    assert.ok(!text.includes('<x>'));
    for (const path of ['/repo/file/a.txt', '/repo/raw/a.txt', '/repo/history', '/repo/feed.atom'])
      assert.equal((await web.app.request(`http://localhost${path}`)).status, 404, path);
  }
});

test('on the first push HEAD follows, where it names a branch that nobody has pushed, and never later', async () => {
  await using rig = new CtrRig('embedded');
  nameHead(rig, 'master');
  await rig.install();
  rig.commit('one', {'a.txt': 'text\n'});
  rig.push('HEAD:aaa', 'HEAD:main');
  await rig.assertQueueDrains();
  assert.equal(readHead(rig), 'refs/heads/main');
  assert.equal((await rig.json<{total: number}>('search', 'text')).total, 1);
  rig.git('clone', '--quiet', rig.gitDir, join(rig.root, 'clone'));
  assert.equal(rig.git('-C', join(rig.root, 'clone'), 'symbolic-ref', 'HEAD'), 'refs/heads/main');
  // Who takes the branch away, or names another, has chosen.
  rig.git('push', '--quiet', 'origin', ':main', ':aaa');
  await rig.assertQueueDrains();
  rig.push('HEAD:bbb');
  await rig.assertQueueDrains();
  assert.equal(readHead(rig), 'refs/heads/main');
});

test('so it does where ctr was installed without an import', async () => {
  await using rig = new CtrRig('embedded');
  nameHead(rig, 'master');
  await rig.installWithoutHook('--no-import');
  rig.commit('one', {'a.txt': 'text\n'});
  rig.push('HEAD:b1');
  assert.doesNotMatch((await rig.ctr('status')).stdout.toString(), /^history: /m);
  assert.deepEqual((await rig.sync()).head, {from: 'refs/heads/master', to: 'refs/heads/b1'});
  assert.equal(readHead(rig), 'refs/heads/b1');
});

test('HEAD stays where it is somebody’s choice', async (t) => {
  const first = async (prepare: (rig: CtrRig) => void) => {
    const rig = new CtrRig('embedded');
    nameHead(rig, 'master');
    prepare(rig);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'text\n'});
    rig.push('HEAD:b1');
    return rig;
  };
  await t.test('in a repository that had branches before ctr', async () => {
    await using rig = await first((early) => {
      early.commit('zero');
      early.push('HEAD:b0');
    });
    await rig.sync();
    assert.equal(readHead(rig), 'refs/heads/master');
  });
  await t.test('in one that is not bare', async () => {
    await using rig = await first((early) => early.configure({'core.bare': 'false'}));
    await rig.sync();
    assert.equal(readHead(rig), 'refs/heads/master');
  });
  await t.test('where it is detached, or names what is pushed', async () => {
    await using rig = await first(() => undefined);
    bare(rig, 'update-ref', '--no-deref', 'HEAD', 'refs/heads/b1');
    await rig.sync();
    assert.match(bare(rig, 'rev-parse', '--symbolic-full-name', 'HEAD'), /^HEAD$/);
    await using other = await first(() => undefined);
    nameHead(other, 'b1');
    other.push('HEAD:main');
    await other.sync();
    assert.equal(readHead(other), 'refs/heads/b1');
  });
  await t.test(
    'where only tags are pushed; the first branch is followed, whatever it is called',
    async () => {
      await using rig = await first(() => undefined);
      bare(rig, 'update-ref', '-d', 'refs/heads/b1');
      rig.push('HEAD:refs/tags/v1');
      await rig.sync();
      assert.equal(readHead(rig), 'refs/heads/master');
      rig.push('HEAD:zed');
      assert.deepEqual((await rig.sync()).head, {from: 'refs/heads/master', to: 'refs/heads/zed'});
    },
  );
  await t.test('in a mirror', async () => {
    using source = new GitRig();
    source.setRef('refs/heads/main', source.commit());
    const world = {env: source.env, cwd: source.root};
    assert.equal((await runCtr(['init', 'mirror.git', '--from', source.gitDir], world)).code, 0);
    source.setRef('refs/heads/aaa', source.commit());
    source.run(['--git-dir', 'mirror.git', 'remote', 'update']);
    assert.equal((await runCtr(['sync', '--repo', 'mirror.git'], world)).code, 0);
    const head = source.run(['--git-dir', 'mirror.git', 'symbolic-ref', 'HEAD']).stdout.toString().trim();
    assert.equal(head, 'refs/heads/main');
  });
});

test('before any push the repository’s page shows how to clone and to push, and the API says that it is empty', async () => {
  await using rig = new CtrRig('embedded');
  mkdirSync(join(rig.root, 'site'));
  await rig.ctr('init', join(rig.root, 'site', 'new.git'));
  await using server = await ServeRig.start([join(rig.root, 'site')], {env: rig.env, cwd: rig.root});
  const stateOf = async () => {
    const answer = (await (await fetch(`${server.url}api/v1/repositories`)).json()) as {
      repositories: {name: string; state: string}[];
    };
    return answer.repositories.map(({name, state}) => [name, state]);
  };
  const page = await fetch(`${server.url}new`);
  const text = await page.text();
  assert.equal(page.status, 200);
  assert.match(text, /Nothing has been pushed here yet/);
  assert.ok(text.includes(`git clone ${server.url}new.git`), text);
  assert.ok(text.includes(`git remote add origin ${server.url}new.git`), text);
  assert.deepEqual(await stateOf(), [['new', 'empty']]);
  rig.commit('one', {'a.txt': 'text\n'});
  rig.git('push', '--quiet', join(rig.root, 'site', 'new.git'), 'HEAD:anything');
  await rig.tryCtr('wait', 'anything', '--repo', join(rig.root, 'site', 'new.git'));
  assert.deepEqual(await stateOf(), [['new', 'indexed']]);
  assert.match(await (await fetch(`${server.url}new`)).text(), /a\.txt/);
});
