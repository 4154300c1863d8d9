import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SiteRepository} from '../../src/app/site/site.ts';
import {createApp} from '../../src/web/app.ts';
import {gitLines, openApiWorld, problemOf} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {WebRig} from '../support/web-rig.ts';

describeBackends('how new answers of the API are', (backend) => {
  test('waits until a ref shows a commit, or one behind it', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    const wanted = rig.commit('three', {'three.txt': '3\n'});
    const last = rig.commit('four', {'four.txt': '4\n'});
    const waits = [
      `/repo/head?waitFor=${wanted}`,
      `/repo/refs/main/tree?waitFor=${last}`,
      `/repo/refs/new?waitFor=${wanted}`,
    ];
    const early = await problemOf(web, `/repo/head?waitFor=${wanted}&waitSeconds=0`);
    assert.deepEqual([early.status, early.code], [504, 'TIMEOUT']);
    let isOver = false;
    const waiting = Promise.all(waits.map((path) => web.json(path))).finally(() => {
      isOver = true;
    });
    rig.push('main', 'main:new');
    await rig.ctr('status');
    assert.equal(isOver, false);
    await rig.sync();
    for (const {commit} of await waiting) assert.equal(commit, last);
    assert.equal((await web.json(`/repo/head?waitFor=${wanted}&waitSeconds=0`))['commit'], last);
    for (const [path, status] of [
      [`/repo/r/${last}?waitFor=${wanted}`, 400],
      ['/repo/head?waitFor=abc', 400],
      [`/repo/head?waitFor=${wanted}&waitSeconds=61`, 400],
      [`/repo/refs/gone?waitFor=${wanted}&waitSeconds=0`, 504],
    ] as const) {
      assert.equal((await problemOf(web, path)).status, status, path);
    }
  });

  test('however many wait for a commit, the index is asked once', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    const repository = (await web.site.findRepository('repo'))!;
    let looks = 0;
    const counted: SiteRepository = {
      ...repository,
      withReader(work) {
        looks++;
        return repository.withReader(work);
      },
    };
    const site = {listRepositories: async () => [counted], findRepository: async () => counted};
    const app = createApp({site, basePath: '', now: () => new Date()});
    const startedAt = performance.now();
    const path = `/api/v1/repo/head?waitFor=${'1'.repeat(40)}&waitSeconds=1`;
    const waiters = 20;
    const answers = await Promise.all(Array.from({length: waiters}, async () => app.request(path)));
    for (const {status} of answers) assert.equal(status, 504);
    // Each looks for itself at first, twice: at the ref, and whether its history has the commit.
    const pollsMax = (performance.now() - startedAt) / 200 + 1;
    assert.ok(looks <= 2 * waiters + pollsMax, `${looks} looks`);
  });

  test('says how the index stands to Git', async () => {
    await using rig = await openApiWorld(backend);
    const before = gitLines(rig, 'rev-parse', 'main')[0]!;
    const after = rig.commit('three', {'three.txt': '3\n'});
    rig.push('main', ':feature/x');
    await using web = await WebRig.open(rig);
    const head = await web.json('/repo/head');
    assert.deepEqual([head['commit'], head['lag']], [before, {git: after, isCurrent: false}]);
    assert.deepEqual((await web.json('/repo/refs/feature/x'))['lag'], {git: null, isCurrent: false});
    const tag = await web.json('/repo/refs/v1');
    assert.deepEqual(tag['lag'], {git: gitLines(rig, 'rev-parse', 'v1')[0], isCurrent: true});
    assert.equal((await web.json(`/repo/r/${before}`))['lag'], null);
    const raw = await web.ask('/repo/head/raw/README.md');
    assert.deepEqual(
      ['ctr-ref', 'ctr-commit', 'ctr-lag'].map((name) => raw.headers.get(name)),
      ['refs%2Fheads%2Fmain', before, 'behind'],
    );
    await rig.sync();
    await using fresh = await WebRig.open(rig);
    assert.deepEqual((await fresh.json('/repo/head'))['lag'], {git: after, isCurrent: true});
  });
});
