import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

const FILES = 2500;

interface Log {
  readonly commits: {readonly oid: string; readonly paths: readonly string[]; readonly pathsTotal: number}[];
}

describeBackends('commits that change very many paths', (backend) => {
  void describe('are listed by the first of them', () => {
    test('and by all, where that is asked for', async () => {
      await using rig = new CtrRig(backend);
      const paths = Array.from(
        {length: FILES},
        (_, at) => `d${at % 7}/f${String(at).padStart(4, '0')}`,
      ).sort();
      for (const content of ['one\n', 'two\n', 'three\n'])
        rig.commit(content.trim(), Object.fromEntries(paths.map((path) => [path, content])));
      rig.push('main');
      await rig.installWithoutHook();

      const {commits} = await rig.json<Log>('log');
      assert.equal(commits.length, 3);
      for (const {paths: shown, pathsTotal} of commits)
        assert.deepEqual([pathsTotal, shown], [FILES, paths.slice(0, 1000)]);
      const whole = await rig.json<Log>('log', '--paths', String(FILES), 'd3');
      for (const commit of whole.commits) assert.deepEqual(commit.paths, paths);
      assert.equal((await rig.tryCtr('log', '--paths', 'x')).code, 2);

      await using web = await WebRig.open(rig);
      const history = await web.json<Log>('/repo/head/history');
      for (const {paths: shown, pathsTotal} of history.commits)
        assert.deepEqual([pathsTotal, shown], [FILES, paths.slice(0, 100)]);
      assert.deepEqual(await readPaths(web, commits[0]!.oid), paths);
      // Whole files are listed as well as names, and the directory knows who changed each line last.
      const page = await (await web.app.request(`/repo/commit/${commits[0]!.oid}`)).text();
      assert.match(page, /2,500 changed files/);
      const tree = await (await web.app.request('/repo')).text();
      assert.equal(tree.match(/three/g)?.length, 8);
    });
  });
});

/** Page by page. */
async function readPaths(web: WebRig, oid: string): Promise<string[]> {
  const paths: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Json = await web.json(`/repo/r/${oid}/commit?limit=1000${cursor && `&cursor=${cursor}`}`);
    assert.equal(page['pathsTotal'], FILES);
    assert.equal(page['paths'].length, page['files'].length);
    paths.push(...(page['paths'] as string[]));
    cursor = page['nextCursor'] as string | null;
  }
  return paths;
}
