import assert from 'node:assert/strict';
import {renameSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {assertEqualsGit} from '../support/oracle.ts';
import {describeWith} from '../support/servers/require.ts';

const FILES = 30;
const PUSHES = 15;

interface Answer {
  readonly commit: string;
  readonly total: number;
  readonly hits: readonly {path: string; lines: readonly {text: string}[]}[];
}

describeBackends('readers', (backend) => {
  test('a search in a loop sees one commit at a time, and never fails, while pushes are imported', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    // Every file of a commit says the same number: two numbers in one answer are a mixture of two commits.
    const numbers = new Map<string, string>();
    const push = (number: number) => {
      const files = Object.fromEntries(
        Array.from({length: FILES}, (_, i) => [`f${i}.txt`, `common generation${number}\n`]),
      );
      numbers.set(rig.commit(`generation ${number}`, files), `common generation${number}`);
      rig.push('main');
    };
    push(0);
    await rig.sync();

    let isOver = false;
    const seen = new Set<string>();
    const read = async (search: (...args: string[]) => Promise<Answer>) => {
      while (!isOver) {
        const {commit, total, hits} = await search('search', 'common', '--ref', 'main', '--json');
        const texts = new Set(hits.flatMap(({lines}) => lines.map(({text}) => text)));
        assert.deepEqual([total, hits.length, [...texts]], [FILES, FILES, [numbers.get(commit)]]);
        seen.add(commit);
      }
    };
    const write = async () => {
      for (let number = 1; number <= PUSHES; number++) {
        push(number);
        await rig.sync();
      }
      isOver = true;
    };
    // One reader here, one as a process of its own.
    await Promise.all([
      read((...args) => rig.json(...args)),
      read((...args) => rig.spawnJson(...args)),
      write(),
    ]);
    assert.ok(seen.size > 3, `saw ${seen.size} commits`);
  });

  test('a branch on 50,000 files costs one ref document and nothing else', async () => {
    await using rig = new CtrRig(backend);
    await rig.installWithoutHook();
    const blobs = Array.from(
      {length: 50_000},
      (_, i) => `M 100644 inline d${i % 300}/f${i}.txt\ndata <<.\nfile ${i}\n.\n`,
    );
    const commit = `commit refs/heads/main\ncommitter C <c@e.org> 1700000000 +0000\ndata 1\nx\n${blobs.join('\n')}\n`;
    rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], commit);
    await rig.sync();
    const before = await rig.countDocuments();

    rig.git('--git-dir', rig.gitDir, 'branch', 'another', 'main');
    const {refsWritten, entriesWritten, commitsWritten, objectsWritten} = await rig.sync();
    assert.deepEqual(
      {refsWritten, entriesWritten, commitsWritten, objectsWritten},
      {
        refsWritten: 1,
        entriesWritten: 0,
        commitsWritten: 0,
        objectsWritten: 0,
      },
    );
    const after = await rig.countDocuments();
    assert.deepEqual(after, {...before, refs: before.refs + 1});
    assert.equal((await rig.json<Answer>('search', '"file 4711"', '--ref', 'another')).total, 1);
    // One file more: the ref moves, and only what is new is written.
    rig.gitInput(
      ['--git-dir', rig.gitDir, 'fast-import', '--quiet'],
      'commit refs/heads/another\ncommitter C <c@e.org> 1700000001 +0000\ndata 1\ny\nfrom refs/heads/another^0\nM 100644 inline new.txt\ndata 4\nnew\n\n',
    );
    const {refsWritten: moved, entriesWritten: added, commitsWritten: committed} = await rig.sync();
    assert.deepEqual([moved, added, committed], [1, 1, 1]);
  });
});

describeWith(['opensearch', 's3'], 'readers without Git', () => {
  test('with the repository moved away everything can still be read, given the settings by the environment', async () => {
    await using rig = new CtrRig('servers');
    await rig.install();
    rig.commit('one', {
      'a.txt': 'petrichor\n',
      'b/c.bin': Buffer.from([0, 1, 2, 255]),
      'b/latin.txt': Buffer.from('caf\xe9\n', 'latin1'),
    });
    rig.commit('two', {'a.txt': 'rain\n'});
    rig.push('main', 'main~1:refs/heads/old');
    await rig.ctr('wait', 'main');
    await rig.assertQueueDrains();

    const away = join(rig.root, 'away.git');
    renameSync(rig.gitDir, away);
    const world = {env: {...rig.env, PATH: '/nonexistent'}, cwd: rig.root};
    await assertEqualsGit(away, world);
    // In a process of its own, which finds no git even if it looked for one.
    const {code, stdout, stderr} = await rig.spawnCtr(['search', 'cafe', '--ref', 'old', '--json'], world);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      (JSON.parse(stdout.toString()) as Answer).hits.map(({path}) => path),
      ['b/latin.txt'],
    );
    renameSync(away, rig.gitDir);
  });
});
