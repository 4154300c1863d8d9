import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {mainOf, textOf} from '../support/explorer-html.ts';
import {pushSomething, seededRandom} from '../support/random-history.ts';
import {runCtr} from '../support/run-ctr.ts';
import {WebRig} from '../support/web-rig.ts';

const SEED = Number(process.env['CTR_TEST_SEED'] ?? 20_261_129);
const STEPS = 30;
const REVISIONS = 16;
const EVERY_FILE = encodeURIComponent('-path:nowhere sort:date');

interface Hit {
  readonly path: string;
  readonly ref: string | null;
  readonly commit: string;
  readonly changed?: {readonly commit: string; readonly date: string} | null;
}

interface Answer {
  readonly total: number;
  readonly hits: readonly Hit[];
  readonly nextCursor: string | null;
  readonly notes: readonly string[];
}

describeBackends('hits by the date of the last change', (backend) => {
  test('are sorted as git log -1 dates them: content that came back, cherry-picks, merges of every kind', async () => {
    await using rig = new CtrRig(backend);
    commitEveryKind(rig);
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    for (const revision of rig.git('rev-list', '--all').split('\n')) await assertAsGit(rig, web, revision);
  });

  test(`are sorted so in random histories (CTR_TEST_SEED=${SEED})`, async () => {
    await using rig = new CtrRig(backend);
    const random = seededRandom(SEED);
    rig.commit('first', {'a.txt': 'first\n'});
    rig.push('main');
    for (let step = 0; step < STEPS; step++) pushSomething(rig, random, step);
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    const commits = rig.git('--git-dir', rig.gitDir, 'rev-list', '--all').split('\n');
    const gap = Math.max(1, Math.floor(commits.length / REVISIONS));
    for (const [at, revision] of commits.entries()) if (at % gap === 0) await assertAsGit(rig, web, revision);
  });

  test('come in pages, of several revisions too, and not of every version', async () => {
    await using rig = new CtrRig(backend);
    commitEveryKind(rig);
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);
    for (const query of [EVERY_FILE, `${EVERY_FILE}+rev:main+rev:side`, `${EVERY_FILE}+not-in:side`]) {
      const whole = await web.json<Answer>(`/repo/head/search?q=${query}&limit=200`);
      const paged: Hit[] = [];
      for (let cursor = ''; ; ) {
        const page = await web.json<Answer>(`/repo/head/search?q=${query}&limit=2${cursor}`);
        assert.equal(page.total, whole.total);
        paged.push(...page.hits);
        if (page.nextCursor === null) break;
        cursor = `&cursor=${page.nextCursor}`;
      }
      // A page that a cursor begins is one of the commit, not of the ref.
      assert.deepEqual(paged.map(withoutRef), whole.hits.map(withoutRef), query);
      assert.equal(paged.length, whole.total);
      for (const {path, commit, changed} of paged)
        assert.equal(changed?.commit, lastChange(rig, commit, path));
    }
    const few = await web.json<Answer & {facets: {extensions: object[]}}>(
      '/repo/head/search?q=needle+sort:date&facets=true',
    );
    assert.deepEqual(few.facets.extensions, [{value: 'txt', count: few.total}]);
    assert.equal((await web.json<Answer>('/repo/head/search?q=absent+sort:date')).total, 0);
    const refused = await web.ask('/repo/head/search?q=needle+sort:date&scope=everything');
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /sort:date is about a revision/);
  });
});

test('the command and the page show the date and the commit; the command says where it cannot', async () => {
  await using rig = new CtrRig('embedded');
  const first = rig.commit('one', {'a.txt': 'needle\n', 'b.txt': 'needle\n'});
  const second = rig.commit('two', {'a.txt': 'another needle\n'});
  rig.push('main');
  await rig.installWithoutHook();
  const {stdout} = await rig.ctr('search', 'needle', 'sort:date');
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => /^\w/.test(line));
  assert.deepEqual(lines, [
    `a.txt  (changed 2023-11-15, ${second.slice(0, 10)})`,
    `b.txt  (changed 2023-11-15, ${first.slice(0, 10)})`,
  ]);
  await using web = await WebRig.open(rig);
  const page = await (await web.app.request('http://localhost/repo/search?q=needle+sort:date')).text();
  assert.match(
    textOf(mainOf(page)),
    new RegExp(`a\\.txt.*changed [^\\n]* · ${second.slice(0, 7)}.*b\\.txt`, 's'),
  );

  rig.configure({'ctr.history': 'refs'});
  await rig.ctr('reindex');
  const args = ['search', '--repo', rig.gitDir, 'needle', 'sort:date'];
  const {code, stderr} = await runCtr(args, {env: rig.env});
  assert.equal(code, 2);
  assert.match(stderr, /sort:date needs the files of every commit/);
});

function withoutRef({ref: _ref, ...hit}: Hit) {
  return hit;
}

/** The commits that git names for every file of the revision, and the order of their dates. */
async function assertAsGit(rig: CtrRig, web: WebRig, revision: string): Promise<void> {
  const {hits, total, notes} = await web.json<Answer>(`/repo/r/${revision}/search?q=${EVERY_FILE}&limit=200`);
  const files = rig.git('--git-dir', rig.gitDir, 'ls-tree', '-r', '--name-only', '-z', revision);
  assert.deepEqual(notes, []);
  assert.deepEqual(hits.map(({path}) => path).sort(), files.split('\0').filter(Boolean).sort());
  assert.equal(total, hits.length);
  for (const {path, changed} of hits)
    assert.equal(changed?.commit, lastChange(rig, revision, path), `${path} at ${revision}`);
  const times = hits.map(({changed}) => Date.parse(changed!.date));
  const keys = hits.map(({path, changed}, at) => ({path, time: times[at]!, commit: changed!.commit}));
  const sorted = keys.toSorted((a, b) => b.time - a.time || (a.path < b.path ? -1 : 1));
  assert.deepEqual(keys, sorted, revision);
}

function lastChange(rig: CtrRig, revision: string, path: string): string {
  const args = ['log', '-1', '--format=%H %ct', revision, '--', path];
  return rig.git('--git-dir', rig.gitDir, ...args).split(' ')[0]!;
}

function commitEveryKind(rig: CtrRig): void {
  const text = (word: string) => `a needle ${word}\n`;
  rig.commit('one', {'back.txt': text('one'), 'both.txt': text('one'), 'toggled.txt': text('one')});
  rig.commit('two', {'back.txt': text('two'), 'dropped.txt': text('kept'), 'taken.txt': text('one')});
  rig.commit('back', {'back.txt': text('one')});
  rig.git('switch', '--quiet', '--create', 'side');
  rig.commit('toggle', {'toggled.txt': text('two'), 'dropped.txt': text('dropped')});
  rig.commit('toggle back', {'toggled.txt': text('one'), 'side.txt': text('side')});
  rig.commit('the same', {'both.txt': text('the same on both')});
  rig.git('switch', '--quiet', 'main');
  rig.commit('the same, later', {'both.txt': text('the same on both'), 'main.txt': text('main')});
  rig.merge('side', '--strategy=ours');
  rig.commit('after the merge', {'gone.txt': text('gone')});
  rig.git('switch', '--quiet', 'side');
  rig.commit('more', {'taken.txt': text('two'), 'mode.txt': text('mode')});
  rig.git('update-index', '--chmod=+x', 'mode.txt');
  rig.commit('mode');
  rig.git('switch', '--quiet', 'main');
  rig.commit('other', {'taken.txt': text('three'), 'gone.txt': undefined});
  rig.merge('side', '-X', 'theirs');
  rig.merge('side');
  rig.git('switch', '--quiet', '--create', 'conflict', 'HEAD~2');
  rig.commit('conflicting', {'taken.txt': text('conflicting'), 'gone.txt': text('gone')});
  rig.git('switch', '--quiet', 'main');
  rig.commit('and here', {'taken.txt': text('too')});
  rig.merge('conflict');
  rig.commit('last', {'last.txt': text('last')});
  rig.push('--all');
}
