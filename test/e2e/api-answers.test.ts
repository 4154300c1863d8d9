import assert from 'node:assert/strict';
import {test} from 'node:test';
import {git, gitLines, openApiWorld, PNG} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {readTree} from '../support/git-facts.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

describeBackends('API answers', (backend) => {
  test('every answer is the same by head, by ref and by oid, and equals Git', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig);
    for (const ref of ['main', 'feature/x']) {
      const [oid] = gitLines(rig, 'rev-parse', ref);
      const families = [
        ...(ref === 'main' ? ['head'] : []),
        `refs/${ref}`,
        `refs/${encodeURIComponent(ref)}`,
        `refs/heads/${ref}`,
        `refs/refs%2Fheads%2F${encodeURIComponent(ref)}`,
        `r/${oid}`,
        `r/${oid!.slice(0, 12)}`,
      ];
      const tree = readTree(rig.gitDir, ref, ['-r']);
      const files = tree.map(({path}) => path);
      const questions = [
        '',
        '/tree',
        '/tree/src',
        '/tree?recursive=true',
        ...files.flatMap((path) => [`/file/${path}`, `/where/${path}`, `/history/${path}`, `/tree/${path}`]),
        '/history',
        '/history/src',
        '/commit',
        '/compare?from=feature/x',
        '/compare?from=v1&dots=2',
        '/search?q=hello&facets=true',
        '/search?q=hello&scope=everything',
      ];
      for (const question of questions) {
        const answers = [];
        for (const family of families) answers.push(common(await web.json(`/repo/${family}${question}`)));
        assert.equal(answers[0]!['commit'], oid);
        for (const answer of answers) assert.deepEqual(answer, answers[0], question);
        assert.equal((await web.ask(`/repo/${families[0]}${question}`, {method: 'HEAD'})).status, 200);
      }
      const pick = ({path, mode, type, oid: entry, sizeBytes}: Record<string, unknown>) => ({
        path,
        mode,
        type,
        oid: entry,
        sizeBytes,
      });
      const all = await web.json(`/repo/r/${oid}/tree?recursive=true`);
      assert.deepEqual(all['entries'].map(pick), tree);
      const root = await web.json(`/repo/refs/${ref}/tree`);
      assert.deepEqual(root['entries'].map(pick), readTree(rig.gitDir, ref, []));
      for (const {path, oid: blob} of tree) {
        for (const family of families) {
          const raw = await web.ask(`/repo/${family}/raw/${path}`);
          assert.deepEqual(Buffer.from(await raw.arrayBuffer()), git(rig, 'cat-file', 'blob', blob), path);
          assert.equal(raw.headers.get('etag'), `"${blob}"`);
        }
        const {commits} = await web.json(`/repo/refs/${ref}/history/${path}`);
        const wanted = gitLines(rig, 'log', '--full-history', '--no-merges', '--format=%H', ref, '--', path);
        assert.deepEqual(
          commits.map(({oid: commit}: {oid: string}) => commit),
          wanted,
          path,
        );
      }
      const {commits} = await web.json(`/repo/refs/${ref}/history`);
      assert.deepEqual(
        commits.map(({oid: commit}: {oid: string}) => commit).toSorted(),
        gitLines(rig, 'rev-list', ref).toSorted(),
      );
      const {hits} = await web.json(`/repo/refs/${ref}/search?q=again`);
      assert.deepEqual(
        hits.map(({path}: {path: string}) => `${ref}:${path}`),
        gitLines(rig, 'grep', '--name-only', '--word-regexp', 'again', ref),
      );
      const commit = await web.json(`/repo/refs/${ref}/commit`);
      const changed = commit['files'].map(
        ({status, path}: Record<string, string>) => `${status![0]!.toUpperCase()}\t${path}`,
      );
      assert.deepEqual(
        changed,
        gitLines(rig, 'diff-tree', '-r', '--name-status', '--no-renames', `${ref}^1`, ref),
      );
      assert.equal(commit['message'], git(rig, 'log', '-1', '--format=%B', ref).toString().slice(0, -1));
    }
  });

  // An embedded index lies in the repository.
  if (backend !== 'embedded') {
    test('a machine without the repository answers the same, and knows of no lag', async () => {
      await using rig = await openApiWorld(backend);
      await using web = await WebRig.open(rig);
      await using far = await WebRig.open(rig, {isIndexOnly: true});
      assert.deepEqual(await far.json('/repositories'), await web.json('/repositories'));
      for (const question of [
        '/head/tree?recursive=true',
        '/refs/feature/x/history',
        '/head/file/README.md',
      ]) {
        const {lag, ...answer} = await far.json(`/repo${question}`);
        const {lag: _lag, ...wanted} = await web.json(`/repo${question}`);
        assert.deepEqual(answer, wanted);
        assert.equal(lag, null);
      }
      assert.equal(
        await (await far.ask('/repo/head/raw/img/x.png')).arrayBuffer().then((bytes) => bytes.byteLength),
        PNG.length,
      );
    });
  }

  test('a branch that is called like a commit does not stand for it', async () => {
    await using rig = await openApiWorld(backend);
    const [oid, other] = gitLines(rig, 'rev-parse', 'main', 'feature/x');
    rig.git('--git-dir', rig.gitDir, 'update-ref', `refs/heads/${oid}`, other!);
    await rig.sync();
    await using web = await WebRig.open(rig);
    assert.equal((await web.json(`/repo/r/${oid}`))['commit'], oid);
    assert.equal((await web.json(`/repo/refs/${oid}`))['commit'], other);
  });
});

/** What no family has of its own: the rest must be equal. */
function common({ref: _ref, indexedAt: _at, lag: _lag, tookMs: _took, ...rest}: Json) {
  const withoutRef = ({ref: _name, ...other}: Json) => other;
  const hits = rest['hits']?.map(withoutRef);
  const revisions = rest['revisions']?.map(withoutRef);
  return {...rest, ...(hits && {hits}), ...(revisions && {revisions})};
}
