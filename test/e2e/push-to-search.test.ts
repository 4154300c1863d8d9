import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {describeWith} from '../support/servers/require.ts';

describeBackends('what is pushed can be searched and read', (backend) => {
  test('step by step: branches, force push, deletion, old commit, tags, a thousand refs', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();

    const first = rig.commit('first', {
      'README.md': '# Weather\n\nSunshine over Caf\u00e9 Z\u00fcrich.\n',
      'docs/guide.md': 'A guide to getUserName and other calls.\n',
      'src/main.ts': 'export function getUserName(): string {\n  return "nobody";\n}\n',
      'img/logo.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    });
    rig.git('checkout', '-q', '-b', 'topic');
    rig.commit('on topic', {'docs/topic.md': 'Thunderstorm warning.\n', 'docs/guide.md': undefined});
    rig.git('checkout', '-q', '-b', 'other', 'main');
    rig.commit('on other', {'README.md': '# Weather\n\nHailstones everywhere.\n'});
    rig.push('main', 'topic', 'other');
    await rig.sync();
    await rig.assertEqualsGit();
    assert.deepEqual(await found(rig, 'thunderstorm', 'topic'), ['docs/topic.md']);
    assert.deepEqual(await found(rig, 'thunderstorm', 'main'), []);
    assert.deepEqual(await found(rig, 'cafe zurich', 'main'), ['README.md']);
    assert.deepEqual(await found(rig, 'user name', 'main'), ['docs/guide.md', 'src/main.ts']);
    const {hits} = await rig.json<{hits: {path: string}[]}>('search', 'user', 'name', '-quick', '-nobody');
    assert.deepEqual(
      hits.map(({path}) => path),
      ['docs/guide.md'],
    );

    rig.git('checkout', '-q', 'topic');
    rig.git('commit', '-q', '--amend', '--allow-empty', '-m', 'amended');
    rig.write({'docs/topic.md': 'A rainbow instead.\n'});
    rig.git('commit', '-q', '--all', '--amend', '--no-edit');
    rig.push('topic');
    await rig.sync();
    await rig.assertEqualsGit();
    assert.deepEqual(await found(rig, 'thunderstorm', 'topic'), []);
    assert.deepEqual(await found(rig, 'rainbow', 'topic'), ['docs/topic.md']);

    rig.push(':other');
    await rig.sync();
    await rig.assertEqualsGit();
    const gone = await rig.tryCtr('search', 'hailstones', '--ref', 'other');
    assert.equal(gone.code, 2);
    assert.match(gone.stderr, /no branch, tag or commit "other"/);

    rig.push(`${first}:refs/heads/from-the-past`);
    rig.git('tag', '--annotate', '--message', 'one', 'v1', first);
    rig.push('v1');
    await rig.sync();
    await rig.assertEqualsGit();
    assert.deepEqual(await found(rig, 'sunshine', 'v1'), ['README.md']);

    rig.git('checkout', '-q', 'main');
    for (let i = 0; i < 20; i++) rig.commit(`commit ${i}`, {[`numbers/${i % 7}.txt`]: `number${i}\n`});
    const commits = rig.git('rev-list', 'HEAD').split('\n');
    const refspecs = Array.from(
      {length: 1000},
      (_, i) => `${commits[i % commits.length]}:refs/heads/many/${i}`,
    );
    rig.push('main', ...refspecs);
    const report = await rig.sync();
    assert.equal(report.refsWritten, 1001);
    await rig.assertEqualsGit({tips: 20});

    const mark = await rig.readWriteMark();
    const again = await rig.sync();
    const {entriesWritten, commitsWritten, objectsWritten, refsWritten} = again;
    assert.deepEqual(
      {entriesWritten, commitsWritten, objectsWritten, refsWritten},
      {
        entriesWritten: 0,
        commitsWritten: 0,
        objectsWritten: 0,
        refsWritten: 0,
      },
    );
    assert.match((await rig.ctr('sync')).stdout.toString(), /up to date, nothing written/);
    assert.deepEqual(await rig.readWriteMark(), mark);
  });

  test('a deleted branch comes back, a tag moves, a branch takes the name of a directory of branches', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'alpha\n'});
    rig.git('tag', 'moving');
    rig.push('main', 'moving', 'main:refs/heads/feature/x');
    await rig.sync();
    rig.push(':refs/heads/feature/x');
    rig.commit('two', {'b.txt': 'beta\n'});
    rig.git('tag', '--force', 'moving');
    rig.push('main', 'moving', 'main:refs/heads/feature');
    await rig.sync();
    await rig.assertEqualsGit();
    rig.push(':refs/heads/feature');
    rig.push('main:refs/heads/feature/x');
    await rig.sync();
    await rig.assertEqualsGit();
    assert.deepEqual(await found(rig, 'beta', 'feature/x'), ['b.txt']);
  });

  test('HEAD moves to another branch', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    rig.commit('one', {'a.txt': 'alpha\n'});
    rig.push('main');
    rig.commit('two', {'b.txt': 'beta\n'});
    rig.push('main:refs/heads/trunk');
    await rig.sync();
    assert.deepEqual(await found(rig, 'beta'), []);
    rig.git('--git-dir', rig.gitDir, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
    await rig.sync();
    assert.deepEqual(await found(rig, 'beta'), ['b.txt']);
  });
});

describeWith(['opensearch', 's3'], 'index and objects are independent', () => {
  for (const backend of ['SQLite and S3', 'OpenSearch and files'] as const) {
    test(backend, async () => {
      await using rig = new CtrRig(backend);
      await rig.installWithoutHook();
      rig.commit('one', {'a.txt': 'alpha\n', 'b.bin': Buffer.from([0, 1, 2])});
      rig.push('main');
      assert.equal((await rig.sync()).objectsWritten, 1);
      await rig.assertEqualsGit();
    });
  }
});

async function found(rig: CtrRig, query: string, ref?: string): Promise<string[]> {
  const args = ['search', query, ...(ref === undefined ? [] : ['--ref', ref])];
  const {hits} = await rig.json<{hits: {path: string}[]}>(...args);
  return hits.map(({path}) => path).sort();
}
