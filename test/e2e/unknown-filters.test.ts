import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
import {textOf} from '../support/explorer-html.ts';
import {runCtr} from '../support/run-ctr.ts';
import {WebRig} from '../support/web-rig.ts';

const WORDS =
  'pth: is no filter, and was searched for as words. Filters are path:, name:, ext:, lang:, type:, size:, is:, sub:, case:, sort:, rev:, only-in:, not-in:, added-since:, repo:. Did you mean path:?';

test('an unknown filter is named by every way to search, and its words are searched for as ever', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'the pth petrichor\n'});
  await rig.installWithoutHook('--no-import');
  rig.push('main');
  await rig.ctr('sync');
  const {stdout, stderr} = await rig.ctr('search', 'pth:petrichor');
  assert.match(stdout.toString(), /^a\.txt$/m);
  assert.equal(stderr.trimEnd().split('\n').at(-1), WORDS);
  const unknownFilters = [{name: 'pth', near: 'path'}];
  const answer = await rig.json<{total: number; unknownFilters: unknown}>('search', 'pth:petrichor');
  assert.deepEqual([answer.total, answer.unknownFilters], [1, unknownFilters]);
  const plain = await rig.json<{unknownFilters: unknown}>('search', 'http://petrichor');
  assert.deepEqual(plain.unknownFilters, []);

  await using web = await WebRig.open(rig);
  for (const scope of ['revision', 'everything']) {
    const found = await web.json(`/repo/head/search?q=pth:petrichor&scope=${scope}`);
    assert.deepEqual([found['total'], found['unknownFilters']], [1, unknownFilters], scope);
  }
  const page = await web.app.request('http://localhost/repo/search?q=pth:petrichor');
  assert.ok((await page.text()).includes(WORDS));
});

test('a lower-case "or" that finds nothing is named by every way to search', async () => {
  const note = '"or" was searched for as a word. For one or the other write OR in upper case.';
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n', 'b.txt': 'sunshine, or else\n'});
  rig.push('main');
  await rig.installWithoutHook();
  for (const option of [[], ['--every-version'], ['--all', rig.root]]) {
    const repo = option[0] === '--all' ? [] : ['--repo', rig.gitDir];
    const asked = (query: string) => runCtr(['search', ...option, ...repo, query], {env: rig.env});
    const {code, stderr} = await asked('petrichor or sunshine');
    assert.equal(code, 0, stderr);
    assert.ok(stderr.split('\n').includes(note), stderr);
    assert.ok(!(await asked('sunshine or else')).stderr.includes(note), 'it finds something');
    assert.ok(!(await asked('petrichor OR absent')).stderr.includes(note));
  }
  await using web = await WebRig.open(rig, {directory: rig.root});
  const query = 'petrichor+or+sunshine';
  for (const path of ['/repo/head/search', '/search']) {
    const {notes} = await web.json(`${path}?q=${query}`);
    assert.deepEqual(notes, [note], path);
  }
  assert.deepEqual((await web.json(`/repo/head/search?q=${query}&scope=everything`))['notes'], [note]);
  for (const path of [`/repo/search?q=${query}`, `/repo/search?q=${query}&in=everything`, `/?q=${query}`]) {
    const page = await (await web.app.request(`http://localhost${path}`)).text();
    assert.ok(textOf(page).includes(note), path);
  }
});
