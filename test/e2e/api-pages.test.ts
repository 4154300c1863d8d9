import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gitLines, openApiWorld, problemOf} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {readTree} from '../support/git-facts.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

describeBackends('pages of the API', (backend) => {
  test('pages show the commit of the first one, whatever is pushed in between', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    const commit = gitLines(rig, 'rev-parse', 'main')[0]!;
    const tree = readTree(rig.gitDir, commit, ['-r']).map(({path}) => path);
    const log = (await web.json('/repo/head/history'))['commits'].map(({oid}: {oid: string}) => oid);
    const first = {
      tree: await web.json('/repo/head/tree?recursive=true&limit=2'),
      history: await web.json('/repo/head/history?limit=1'),
    };
    rig.commit('three', {'AAA.txt': 'first in order\n', 'README.md': undefined});
    rig.push('main');
    await rig.sync();
    const paths = await readPages(web, '/repo/head/tree?recursive=true&limit=2', {first: first.tree, commit});
    assert.deepEqual(
      paths.flatMap(({entries}) => entries.map(({path}: {path: string}) => path)),
      tree,
    );
    const pages = await readPages(web, '/repo/refs/main/history?limit=1', {first: first.history, commit});
    assert.deepEqual(
      pages.flatMap(({commits}) => commits.map(({oid}: {oid: string}) => oid)),
      log,
    );

    // A force push takes the first page's commit away: nobody mixes the two.
    rig.git('switch', '--quiet', '--orphan', 'other');
    rig.commit('anew', {'x.txt': 'x\n'});
    rig.push('other:main', ':feature/x', ':v1');
    await rig.sync();
    const late = await problemOf(web, `/repo/head/tree?recursive=true&cursor=${first.tree['nextCursor']}`);
    assert.deepEqual([late.status, late.code], [409, 'CONFLICT']);
    assert.equal((await problemOf(web, '/repo/head/tree?cursor=nonsense')).status, 400);
    assert.equal(
      (await problemOf(web, `/repo/head/file/x.txt?cursor=${first.tree['nextCursor']}`)).status,
      400,
    );
  });
});

/** The pages from the first one to the last, all of one commit. */
async function readPages(
  web: WebRig,
  path: string,
  {first, commit}: {first: Json; commit: string},
): Promise<Json[]> {
  const pages = [first];
  for (let last = first; last['nextCursor'] !== null; ) {
    last = await web.json(`${path}&cursor=${last['nextCursor']}`);
    pages.push(last);
  }
  assert.ok(pages.length > 2, 'several pages');
  for (const page of pages) assert.equal(page['commit'], commit);
  return pages;
}
