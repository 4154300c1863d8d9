import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {changesOf, mainOf, textOf} from '../support/explorer-html.ts';
import {seededRandom} from '../support/random-history.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? Date.now() % 1_000_000);

describeBackends('comparing', (backend) => {
  test('from where a branch left the other one, as git diff A...B, and directly as git diff A..B', async () => {
    await using rig = await crossingRig(backend);
    await using web = await WebRig.open(rig);
    const refs = ['main', 'topic', 'one', 'two', 'v1', 'alone', rig.git('rev-parse', 'main~1')];
    for (const from of refs) for (const to of refs) await assertEqualsGit(rig, web, {from, to});
  });

  test(`in histories that cross and cross again, and in one second (CTR_TEST_SEED=${SEED})`, async () => {
    await using rig = new CtrRig(backend);
    rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], randomGraph(SEED));
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const commits = gitLines(rig, ['rev-list', '--all']).filter((_, at) => at % 6 === 0);
    let crossings = 0;
    for (const from of commits) {
      for (const to of commits) {
        const {mergeBases} = await compare(web, {from, to});
        const wanted = gitLines(rig, ['merge-base', '--all', from, to]);
        assert.deepEqual(mergeBases.toSorted(), wanted.toSorted(), `${from}...${to}`);
        assert.equal(mergeBases[0], gitLines(rig, ['merge-base', from, to])[0], `${from}...${to}`);
        if (wanted.length > 1) crossings++;
      }
    }
    assert.ok(crossings > 0, `${crossings} pairs with several merge bases`);
  });

  test('pages stay with the two commits of the first one', async () => {
    await using rig = await crossingRig(backend);
    await using web = await WebRig.open(rig);
    const files = (await compare(web, {from: 'main', to: 'topic'}))['files'].map(({path}: Json) => path);
    const first = await compare(web, {from: 'main', to: 'topic', query: '&limit=1'});
    rig.git('checkout', '--quiet', 'main');
    rig.merge('topic');
    rig.push('main');
    await rig.sync();
    const paths: string[] = first['files'].map(({path}: Json) => path);
    for (let cursor = first['nextCursor']; cursor !== null; ) {
      const page = await compare(web, {from: 'main', to: 'topic', query: `&limit=1&cursor=${cursor}`});
      assert.deepEqual(page['from'].commit, first['from'].commit);
      paths.push(...page['files'].map(({path}: Json) => path));
      cursor = page['nextCursor'];
    }
    assert.ok(files.length > 2);
    assert.deepEqual(paths, files);
  });
});

test('unrelated histories, and files that are not indexed, are said; directly they can be compared', async () => {
  await using rig = await crossingRig('embedded');
  await using web = await WebRig.open(rig);
  const page = await pageOf(web, 'from=main&to=alone');
  assert.match(textOf(mainOf(page)), /no commit in common: their histories are unrelated/);
  assert.deepEqual(changesOf(page), []);
  assert.match(page, /href="\/repo\/compare\?from=main&amp;to=alone&amp;dots=2"/);
  rig.configure({'ctr.history': 'refs'});
  await rig.ctr('reindex');
  await using tips = await WebRig.open(rig);
  const {files, base, ahead} = await compare(tips, {from: 'one', to: 'two'});
  assert.deepEqual([files, base, ahead], [null, rig.git('merge-base', 'one', 'two'), 2]);
  assert.match(textOf(mainOf(await pageOf(tips, 'from=one&to=two'))), /merge base are not indexed/);
  assert.ok((await compare(tips, {from: 'one', to: 'two', query: '&dots=2'}))['files'].length === 2);
});

async function compare(web: WebRig, {from, to, query = ''}: {from: string; to: string; query?: string}) {
  return web.json(`/repo/r/${await oidOf(web, to)}/compare?from=${encodeURIComponent(from)}${query}`);
}

async function oidOf(web: WebRig, name: string): Promise<string> {
  return /^[0-9a-f]{40}$/.test(name) ? name : (await web.json(`/repo/refs/${name}`))['commit'];
}

async function pageOf({app}: WebRig, query: string): Promise<string> {
  const answer = await app.request(`http://localhost/repo/compare?${query}`);
  assert.equal(answer.status, 200, query);
  return answer.text();
}

async function assertEqualsGit(
  rig: CtrRig,
  web: WebRig,
  {from, to}: {from: string; to: string},
): Promise<void> {
  const what = `${from}...${to}`;
  const bases = gitLines(rig, ['merge-base', '--all', from, to]);
  const three = await compare(web, {from, to});
  const two = await compare(web, {from, to, query: '&dots=2'});
  assert.deepEqual(three['mergeBases'], bases, what);
  assert.deepEqual(
    [three['base'], two['base']],
    [bases[0] ?? null, gitLines(rig, ['rev-parse', `${from}^{}`])[0]],
  );
  const [behind, ahead] = gitLines(rig, ['rev-list', '--left-right', '--count', what])[0]!
    .split('\t')
    .map(Number);
  assert.deepEqual([three['ahead'], three['behind']], [ahead, behind], what);
  const commits = gitLines(rig, ['rev-list', `${from}..${to}`]);
  assert.deepEqual(three['commits'].map(({oid}: Json) => oid).toSorted(), commits.toSorted(), what);
  const wanted = bases.length === 0 ? null : gitChanges(rig, what);
  assert.deepEqual(three['files'] && namesOf(three['files']), wanted, what);
  assert.deepEqual(namesOf(two['files']), gitChanges(rig, `${from}..${to}`), what);
  const page = await pageOf(web, `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
  const said = /(\d+) commits? ahead of \S+ and (\d+) behind/
    .exec(textOf(mainOf(page)))
    ?.slice(1)
    .map(Number);
  if (ahead! + behind! > 0) assert.deepEqual(said, [ahead, behind], what);
  const shown = changesOf(page).map(({status, path}) => `${status[0]!.toUpperCase()}\t${path}`);
  assert.deepEqual(shown, wanted ?? [], what);
}

function namesOf(files: readonly Json[]): string[] {
  return files.map(({status, path}) => `${status[0].toUpperCase()}\t${path}`);
}

/** Renamed files under their new name, sorted as we sort: by the path that they have now. */
function gitChanges(rig: CtrRig, range: string): string[] {
  const lines = gitLines(rig, ['diff', '--name-status', '-M100%', range]);
  const names = lines
    .map((line) => line.split('\t'))
    .map(([status, ...paths]) => [status![0]!, paths.at(-1)!]);
  return names.sort(([, a], [, b]) => (a! < b! ? -1 : 1)).map(([status, path]) => `${status}\t${path}`);
}

function gitLines(rig: CtrRig, args: readonly string[]): string[] {
  const {stdout} = spawnSync('git', [`--git-dir=${rig.gitDir}`, ...args], {env: rig.env});
  return stdout.toString().split('\n').filter(Boolean);
}

/** Two branches that have merged each other crosswise, one that goes straight on, and one of another root. */
async function crossingRig(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.commit('root', {'a.txt': 'a\n', 'b.txt': 'b\n', 'old.txt': 'moves unchanged\n'});
  rig.git('tag', '--annotate', '--message', 'one', 'v1');
  for (const name of ['one', 'two']) {
    rig.git('checkout', '--quiet', '-b', name, 'main');
    rig.commit(name, {[`${name}.txt`]: `${name}\n`});
  }
  const [one, two] = [rig.git('rev-parse', 'one'), rig.git('rev-parse', 'two')];
  rig.git('checkout', '--quiet', 'one');
  rig.merge(two);
  rig.commit('one goes on', {'a.txt': 'one\n'});
  rig.git('checkout', '--quiet', 'two');
  rig.merge(one);
  rig.commit('two goes on', {'b.txt': 'two\n'});
  rig.git('checkout', '--quiet', '-b', 'topic', 'main');
  for (const n of [1, 2]) rig.commit(`topic ${n}`, {[`topic/${n}.txt`]: `${n}\n`});
  rig.git('mv', 'old.txt', 'topic/new.txt');
  rig.commit('topic 3');
  rig.git('checkout', '--quiet', 'main');
  for (const n of [1, 2, 3, 4]) rig.commit(`main ${n}`, {[`main-${n}.txt`]: `${n}\n`});
  rig.git('checkout', '--quiet', '--orphan', 'alone');
  rig.commit('alone', {'alone.txt': 'alone\n'});
  rig.push('--all');
  rig.push('--tags');
  await rig.installWithoutHook();
  return rig;
}

/** Commits that merge each other at random, several of them in each second. */
function randomGraph(seed: number): string {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  let script = '';
  const branches = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'];
  const tips = new Map<string, number>();
  for (let mark = 1; mark <= 90; mark++) {
    const branch = branches[below(branches.length)]!;
    const from = tips.get(branch) ?? (mark > 1 ? 1 + below(mark - 1) : undefined);
    const others = [...new Set(tips.values())].filter((tip) => tip !== from);
    const merged = random() < 0.45 ? others[below(others.length)] : undefined;
    script += `commit refs/heads/${branch}\nmark :${mark}\ncommitter A <a@e.org> ${1_700_000_000 + Math.floor(mark / 7)} +0000\ndata 1\n${mark % 10}\n`;
    if (from !== undefined) script += `from :${from}\n`;
    if (merged !== undefined) script += `merge :${merged}\n`;
    script += `M 644 inline f${below(20)}\ndata ${String(mark).length}\n${mark}\n`;
    tips.set(branch, mark);
  }
  return script;
}
