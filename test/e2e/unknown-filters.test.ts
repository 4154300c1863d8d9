import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';
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
