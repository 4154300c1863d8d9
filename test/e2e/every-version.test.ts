import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {mainOf, textOf} from '../support/explorer-html.ts';
import {WebRig} from '../support/web-rig.ts';

interface Version {
  readonly path: string;
  readonly oid: string;
  readonly commit: string;
  readonly ref: string | null;
  readonly refs: readonly string[];
  readonly refsTotal: number;
  readonly first: string | null;
  readonly last: string | null;
}

interface Answer {
  readonly total: number;
  readonly hits: readonly Version[];
  readonly notes: readonly string[];
}

describeBackends('a search of every version', (backend) => {
  test('says of each which refs show it, and which commits did first and last, as Git does', async () => {
    await using rig = await openHistory(backend);
    const answer = await rig.json<Answer>('search', '--every-version', '--limit', '1000', 'needle');
    assert.deepEqual(answer.notes, []);
    const expected = versionsOf(rig);
    assert.ok(expected.size > 12);
    assert.deepEqual(new Map(answer.hits.map((hit) => [`${hit.path} ${hit.oid}`, lifeOf(hit)])), expected);
    await using web = await WebRig.open(rig);
    const {hits} = await web.json<Answer>('/repo/head/search?q=needle&scope=everything&limit=200');
    assert.deepEqual(hits.map(lifeOf), answer.hits.map(lifeOf));
    for (const {ref, refs, commit, last, refsTotal} of answer.hits) {
      assert.equal(ref, refs[0] ?? null);
      if (refsTotal > 0) assert.equal(last, commit);
    }
  });

  test('a version that a merge left out was last shown where it was brought', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('one', {'a.txt': 'kept\n'});
    rig.git('switch', '--quiet', '--create', 'side');
    const brought = rig.commit('two', {'a.txt': 'dropped\n'});
    rig.commit('three', {'b.txt': 'b\n'});
    rig.git('switch', '--quiet', 'main');
    rig.commit('four', {'c.txt': 'c\n'});
    rig.merge('side', '--strategy=ours');
    rig.push('main');
    await rig.installWithoutHook();
    const {hits} = await rig.json<Answer>('search', '--every-version', 'dropped');
    assert.deepEqual(hits.map(lifeOf), [{refs: [], refsTotal: 0, first: brought, last: brought}]);
  });
});

test('the command and the page say it in words', async () => {
  await using rig = new CtrRig('embedded');
  const first = rig.commit('one', {'a.txt': 'old needle\n'});
  const last = rig.commit('two', {'b.txt': 'b\n'});
  const second = rig.commit('three', {'a.txt': 'new needle\n'});
  for (const branch of ['b1', 'b2', 'b3']) rig.git('branch', branch);
  rig.push('--all');
  await rig.installWithoutHook();
  const {stdout} = await rig.ctr('search', '--every-version', 'sort:size', 'needle');
  const short = (oid: string) => oid.slice(0, 10);
  const text = stdout.toString();
  assert.ok(text.includes(`a.txt  (${short(first)} to ${short(last)})`), text);
  const refs = 'refs/heads/main, refs/heads/b1, refs/heads/b2 and 1 more';
  assert.ok(text.includes(`a.txt  (${refs}, since ${short(second)})`), text);
  await using web = await WebRig.open(rig);
  const page = await web.app.request('http://localhost/repo/search?q=needle&in=everything&each=1');
  const shown = textOf(mainOf(await page.text()));
  assert.match(
    shown,
    new RegExp(`as of ${first.slice(0, 7)}\\w* · ${first.slice(0, 7)}\\w* to ${last.slice(0, 7)}`),
  );
  assert.match(shown, new RegExp(`on main and 3 more · since ${second.slice(0, 7)}`));
});

test('what is not looked up is null, and the answer says so', async () => {
  await using rig = new CtrRig('embedded');
  for (let at = 0; at < 102; at++) rig.commit(`commit ${at}`, {'hot.txt': `needle ${at}\n`});
  rig.push('main');
  await rig.installWithoutHook();
  const {hits, notes} = await rig.json<Answer>('search', '--every-version', 'needle');
  assert.equal(hits.length, 102);
  assert.ok(hits.every(({first}) => first === null));
  assert.equal(hits.filter(({refsTotal}) => refsTotal === 1).length, 1);
  assert.match(notes.join(), /looked up for the first 100 files only/);
});

function lifeOf({refs, refsTotal, first, last}: Version) {
  return {refs, refsTotal, first, last};
}

/** Versions that come, go and come back, on branches that are merged, rebased and deleted. */
async function openHistory(backend: 'embedded' | 'servers' | 'SQLite and S3' | 'OpenSearch and files') {
  const rig = new CtrRig(backend);
  const needle = (text: string) => `a needle: ${text}\n`;
  rig.commit('one', {'a.txt': needle('one'), 'b.txt': needle('b'), 'dir/c.txt': needle('c')});
  rig.commit('two', {'a.txt': needle('two')});
  rig.commit('back to one', {'a.txt': needle('one')});
  rig.git('tag', 'v1');
  rig.git('switch', '--quiet', '--create', 'side');
  rig.commit('side', {'b.txt': needle('b of side'), 'side.txt': needle('side')});
  rig.commit('side again', {'b.txt': needle('b of side, again'), 'other.txt': 'x\n'});
  rig.git('switch', '--quiet', 'main');
  rig.commit('three', {'a.txt': needle('three'), 'dir/c.txt': undefined});
  rig.merge('side');
  rig.commit('four', {'a.txt': needle('four'), 'side.txt': undefined});
  rig.git('switch', '--quiet', '--create', 'conflict', 'v1');
  rig.commit('conflict', {'a.txt': needle('conflicting')});
  rig.git('switch', '--quiet', 'main');
  rig.merge('conflict');
  rig.commit('five', {'a.txt': needle('two'), 'last.txt': needle('last')});
  rig.git('switch', '--quiet', '--create', 'rebased', 'v1');
  rig.commit('before the rebase', {'topic.txt': needle('topic')});
  rig.git('switch', '--quiet', '--create', 'gone', 'v1');
  rig.commit('abandoned', {'gone.txt': needle('gone')});
  rig.push('--all');
  rig.push('--tags');
  await rig.installWithoutHook();
  rig.git('switch', '--quiet', 'rebased');
  rig.git('reset', '--quiet', '--hard', 'main');
  rig.commit('after the rebase', {'topic.txt': needle('topic')});
  rig.commit('and on', {'topic.txt': needle('topic, and on')});
  rig.push('--force', 'rebased');
  rig.push('--delete', 'gone');
  await rig.ctr('sync');
  return rig;
}

/** Of every version with the word, by path and oid, from `for-each-ref`, `log` and `ls-tree` alone. */
function versionsOf(rig: CtrRig): Map<string, ReturnType<typeof lifeOf>> {
  const git = (...args: string[]) => rig.git('--git-dir', rig.gitDir, ...args);
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const tips = lines(git('for-each-ref', '--format=%(refname) %(objectname)')).map((line) => line.split(' '));
  const order = (name: string) => (name === 'refs/heads/main' ? '' : name);
  tips.sort(([a], [b]) => (order(a!) < order(b!) ? -1 : 1));
  const versions = new Map<string, {refs: string[]; refsTotal: number; first: string; last: string}>();
  const needles = new Set<string>();
  for (const commit of lines(git('rev-list', '--all', '--date-order', '--reverse'))) {
    for (const line of lines(git('ls-tree', '-r', commit))) {
      const [, , oid = '', path = ''] = line.split(/\s/);
      if (!needles.has(oid) && !git('cat-file', 'blob', oid).includes('needle')) continue;
      needles.add(oid);
      const key = `${path} ${oid}`;
      const found = versions.get(key) ?? {refs: [], refsTotal: 0, first: commit, last: commit};
      versions.set(key, {...found, last: commit});
    }
  }
  for (const [name, commit] of tips) {
    for (const line of lines(git('ls-tree', '-r', commit!))) {
      const [, , oid = '', path = ''] = line.split(/\s/);
      const found = versions.get(`${path} ${oid}`);
      if (!found) continue;
      if (found.refs.length === 0) found.last = commit!;
      found.refs.push(name!);
      found.refsTotal++;
    }
  }
  return versions;
}
