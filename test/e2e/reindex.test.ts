import assert from 'node:assert/strict';
import {renameSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {acquireLock} from '../../src/queue/lock.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {killAtPoint, listKillPoints} from '../support/kill.ts';
import {describeWith} from '../support/servers/require.ts';
import {countStored, expectStored} from '../support/stored-documents.ts';
import {listGenerations, openRigIndex, readNumbers} from '../support/stored-numbers.ts';

const FILES = 20;
/** What is built anew takes long enough that pushes come in between. */
const OLD_COMMITS = 400;
const REINDEXES = 3;

interface Report {
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly objectsWritten: number;
  readonly rounds: number;
  readonly reasons: readonly {readonly setting: string}[];
}

interface Answer {
  readonly commit: string;
  readonly total: number;
  readonly hits: readonly {path: string; lines: readonly {text: string}[]}[];
}

interface Due {
  readonly reindexDue: readonly {readonly setting: string; readonly was: unknown; readonly is: unknown}[];
}

describeBackends('reindex', (backend) => {
  test('while readers search in a loop and a writer pushes: no error, no gap, no mixture', async () => {
    await using rig = new CtrRig(backend);
    rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet'], oldHistory());
    await rig.install();
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
    await rig.ctr('wait', 'main');
    await using longLived = await openRigIndex(rig);
    const [captured] = [...(await longLived.readRefs(rig.setting('ctr.id')!, ['refs/heads/main'])).values()];

    let isOver = false;
    const read = async (search: (...args: string[]) => Promise<Answer>) => {
      let answers = 0;
      for (; !isOver; answers++) {
        const {commit, total, hits} = await search('search', 'common', '--ref', 'main', '--json');
        const texts = new Set(hits.flatMap(({lines}) => lines.map(({text}) => text)));
        assert.deepEqual([total, hits.length, [...texts]], [FILES, FILES, [numbers.get(commit)]]);
      }
      return answers;
    };
    const readCaptured = async () => {
      for (; !isOver; await new Promise(setImmediate)) {
        const paths = [];
        for await (const batch of longLived.scanEntries({snapshot: captured!.snapshot})) {
          paths.push(...batch.map(({path}) => path));
        }
        assert.equal(paths.length, FILES);
      }
    };
    const write = async () => {
      for (let number = 1; !isOver; number++) {
        push(number);
        await rig.ctr('wait', 'main');
      }
    };
    const build = async () => {
      try {
        for (let i = 0; i < REINDEXES; i++) {
          const {rounds} = lastLine<Report>((await rig.spawnCtr(['reindex', '--json'])).stdout);
          assert.ok(rounds >= 2);
        }
      } finally {
        isOver = true;
      }
    };
    const [here, there] = await Promise.all([
      read((...args) => rig.json(...args)),
      read((...args) => rig.spawnJson(...args)),
      readCaptured(),
      write(),
      build(),
    ]);
    assert.ok(here > REINDEXES && there > REINDEXES, `${here} and ${there} answers`);
    assert.ok(numbers.size > REINDEXES, `${numbers.size} pushes`);
    await rig.assertQueueDrains();
    await rig.assertEqualsGit({tips: 2, files: 3, commits: 10});
    await assertWhole(rig, 'all');
  });

  test('keeps every number, puts no object again, and may be repeated', async () => {
    await using rig = await openRig(backend);
    const before = await readNumbers(rig);
    for (let round = 0; round < 2; round++) {
      const {entriesWritten, commitsWritten, objectsWritten, reasons} = await reindex(rig);
      assert.deepEqual([entriesWritten, commitsWritten, objectsWritten, reasons], [7, 4, 0, []]);
      assert.deepEqual(await readNumbers(rig), before);
      await assertWhole(rig, 'all');
      // A lookup on a ref that is gone finds nothing; without its tombstone it would be an error.
      await using store = await openRigIndex(rig);
      const refs = await store.listRefs(rig.setting('ctr.id')!);
      assert.equal(refs.find(({name}) => name === 'refs/heads/gone')?.state, 'deleted');
    }
    rig.commit('after', {'after.txt': 'petrichor\n'});
    rig.push('HEAD:main');
    const {entriesWritten} = await rig.sync();
    assert.equal(entriesWritten, 1);
    assert.equal((await rig.json<Answer>('search', 'petrichor', '--ref', 'main')).total, 1);
    await assertWhole(rig, 'all');
  });

  test('a changed setting makes it due, and takes effect', async () => {
    await using rig = await openRig(backend);
    const isFound = async (word: string) =>
      (await rig.json<Answer>('search', word, '--ref', 'main')).total > 0;
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, []);

    rig.configure({'ctr.exclude': 'secret.*', 'ctr.text.maxBytes': '100'});
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, [
      {setting: 'ctr.exclude', was: [], is: ['secret.*']},
      {setting: 'ctr.text.maxBytes', was: 2_097_152, is: 100},
    ]);
    assert.match(
      (await rig.ctr('status')).stdout.toString(),
      /reindex due: ctr\.exclude is \["secret\.\*"\], and was \[\]/,
    );
    assert.deepEqual([await isFound('hidden'), await isFound('lengthy')], [true, true]);
    const {reasons, objectsWritten} = await reindex(rig);
    assert.deepEqual(
      reasons.map(({setting}) => setting),
      ['ctr.exclude', 'ctr.text.maxBytes'],
    );
    assert.equal(objectsWritten, 1, 'what is too large to be searched is an object now');
    assert.deepEqual([await isFound('hidden'), await isFound('lengthy')], [false, false]);
    assert.equal((await rig.tryCtr('cat', 'secret.txt', '--ref', 'main')).code, 1);
    assert.equal((await rig.ctr('cat', 'long.txt', '--ref', 'main')).stdout.length, LENGTHY.length);
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, []);

    rig.configure({'ctr.exclude': undefined, 'ctr.text.maxBytes': undefined});
    await reindex(rig);
    assert.deepEqual([await isFound('hidden'), await isFound('lengthy')], [true, true]);
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, []);
    await assertWhole(rig, 'all');
  });

  test('a setting that was changed and changed back is due while something is indexed by it', async () => {
    await using rig = await openRig(backend);
    rig.configure({'ctr.exclude': '*.md'});
    rig.commit('between', {'between.md': 'petrichor\n'});
    rig.push('HEAD:main');
    await rig.sync();
    rig.configure({'ctr.exclude': undefined});
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, [
      {setting: 'ctr.exclude', was: ['*.md'], is: []},
    ]);
    await reindex(rig);
    assert.equal((await rig.json<Answer>('search', 'petrichor', '--ref', 'main')).total, 1);
    assert.deepEqual((await rig.json<Due>('status')).reindexDue, []);
  });

  test('from the files of refs to those of every commit, and back', async () => {
    await using rig = await openRig(backend, {history: 'refs', objectFormat: 'sha256'});
    await assertWhole(rig, 'refs');
    const before = await readNumbers(rig);
    rig.configure({'ctr.history': 'all'});
    await reindex(rig);
    await assertWhole(rig, 'all');
    const after = await readNumbers(rig);
    for (const [key, seq] of Object.entries(before)) assert.equal(after[key], seq, key);
    rig.configure({'ctr.history': 'refs'});
    await reindex(rig);
    await assertWhole(rig, 'refs');
    assert.deepEqual(await readNumbers(rig), before);
  });

  test('killed at any point, it leaves the old index or the new one, and goes on', async () => {
    await using rig = await openRig(backend);
    const numbers = await readNumbers(rig);
    const world = {env: rig.env, cwd: rig.gitDir};
    const points = await listKillPoints(['reindex'], world);
    const swap = points.findIndex((name) => /swap generation|_aliases/.test(name)) + 1;
    assert.ok(swap > 5 && points.length > swap, points.join('\n'));
    const tried = new Set([...spread(points.length, backend === 'embedded' ? 15 : 10), swap, swap + 1]);
    for (const n of tried) {
      assert.ok(await killAtPoint(['reindex'], n, world), `point ${n}: ${points[n - 1]}`);
      await rig.assertEqualsGit({tips: 1, files: 1, commits: 1});
      assert.deepEqual(await readNumbers(rig), numbers, `point ${n}: ${points[n - 1]}`);
      if (n === swap + 1) {
        await rig.sync();
        await assertWhole(rig, 'all');
      }
      const {entriesWritten, commitsWritten} = await reindex(rig);
      if (n === swap) assert.deepEqual([entriesWritten, commitsWritten], [0, 0], 'nothing is stored twice');
      assert.deepEqual(await readNumbers(rig), numbers);
    }
    await assertWhole(rig, 'all');
  });

  test('what was removed and came back under new numbers while it was interrupted is built again', async () => {
    await using rig = await openRig(backend);
    await interruptBeforeSwap(rig);
    rig.push(':topic');
    await rig.sync();
    rig.git('push', '--quiet', 'origin', 'topic');
    await rig.sync();
    const before = await readNumbers(rig);
    await reindex(rig);
    assert.deepEqual(await readNumbers(rig), before);
    await assertWhole(rig, 'all');
  });

  test('an interrupted one with other settings is begun again, and prune drops it', async () => {
    await using rig = await openRig(backend);
    await interruptBeforeSwap(rig);
    assert.equal((await listGenerations(rig)).length, backend === 'embedded' ? 2 : 6);
    rig.configure({'ctr.exclude': 'secret.*'});
    const {entriesWritten} = await reindex(rig);
    assert.equal(entriesWritten, 7);
    assert.equal((await rig.json<Answer>('search', 'hidden', '--ref', 'main')).total, 0);
    await interruptBeforeSwap(rig);
    await rig.ctr('prune', '--dry-run');
    assert.equal((await listGenerations(rig)).length, backend === 'embedded' ? 2 : 6);
    await rig.ctr('prune');
    assert.equal((await listGenerations(rig)).length, backend === 'embedded' ? 1 : 3);
  });

  test('forget leaves nothing in what an interrupted one has built', async () => {
    await using rig = await openRig(backend);
    await interruptBeforeSwap(rig);
    // As somebody does who rewrites history to take a secret out of it.
    rig.git(
      'filter-branch',
      '--force',
      '--index-filter',
      'git rm -q --cached --ignore-unmatch secret.txt',
      '--',
      '--all',
    );
    rig.push('refs/heads/main', 'refs/heads/topic', ':refs/tags/v1');
    await rig.ctr('forget', 'secret.txt');
    assert.equal((await listGenerations(rig)).length, backend === 'embedded' ? 1 : 3);
    await reindex(rig);
    const numbers = await readNumbers(rig);
    assert.deepEqual(
      Object.keys(numbers).filter((key) => key.includes('secret')),
      [],
    );
    await assertWhole(rig, 'all');
  });

  test('what Git has lost stays readable: the swap is refused until it is mended', async () => {
    await using rig = await openRig(backend);
    const oid = rig.git('rev-parse', 'main:secret.txt');
    const file = join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2));
    renameSync(file, `${file}.away`);
    const {code, stderr} = await rig.tryCtr('reindex');
    assert.equal(code, 5);
    assert.match(stderr, /secret\.txt/);
    assert.equal((await rig.json<Answer>('search', 'hidden', '--ref', 'main')).total, 1);
    renameSync(`${file}.away`, file);
    await reindex(rig);
    assert.equal((await rig.json<Answer>('search', 'hidden', '--ref', 'main')).total, 1);
    await assertWhole(rig, 'all');
  });

  test('refuses with the right exit code, and harms nothing', async (t) => {
    await using rig = new CtrRig(backend);
    const refused = async (code: number, message: RegExp, ...args: string[]) => {
      const run = await rig.tryCtr('reindex', ...args);
      assert.equal(run.code, code, run.stderr);
      assert.match(run.stderr, message);
    };
    await t.test('where ctr is not installed', () => refused(2, /not installed/));
    await rig.installWithoutHook('--no-import');
    rig.commit('one', {'a.txt': 'alpha\n'});
    rig.push('main');
    await rig.sync();
    await t.test('while another one runs', async () => {
      using _lock = await acquireLock(join(rig.gitDir, 'ctr', 'reindex.db'), {waitMs: 0});
      await refused(3, /is being worked on/);
    });
    await t.test('while a sync does not end', async () => {
      using _lock = await acquireLock(join(rig.gitDir, 'ctr', 'lock.db'), {waitMs: 0});
      await refused(3, /is being worked on/, '--wait', '0');
    });
    await t.test('and goes on with what it had built', async () => {
      const {entriesWritten, commitsWritten} = await reindex(rig);
      assert.deepEqual([entriesWritten, commitsWritten], [0, 0]);
    });
    await t.test('where the index is shared', () => refused(2, /share/, '--index-shared', 'true'));
    await t.test('where only a flag names another index', () =>
      refused(
        2,
        /this change is not confirmed/,
        '--index-url',
        'http://127.0.0.1:9',
        '--index-name',
        'nowhere',
      ),
    );
    await rig.assertEqualsGit();
  });
});

describeWith(['opensearch', 's3'], 'reindex on OpenSearch', () => {
  test('other clients find a branch by its alias and by a lookup, before and after', async () => {
    await using rig = await openRig('servers');
    const url = rig.setting('ctr.index.url')!;
    const name = rig.setting('ctr.index.name')!;
    const find = async () => {
      const response = await fetch(`${url}/${name}-files@main/_search?q=content:hidden&_source=path,seq`);
      const {hits} = (await response.json()) as {hits: {hits: {_source: unknown}[]}};
      return hits.hits.map(({_source}) => _source);
    };
    const before = await find();
    assert.equal(before.length, 1);
    await reindex(rig);
    assert.deepEqual(await find(), before);
  });
});

/** Three commits on main, one on a topic, a tag, and a branch that is gone; indexed. Seven entries, four commits. */
async function openRig(
  backend: Backend,
  {history, objectFormat}: {history?: 'refs'; objectFormat?: 'sha256'} = {},
): Promise<CtrRig> {
  const rig = new CtrRig(backend, objectFormat && {objectFormat});
  await rig.installWithoutHook(...(history ? ['--history', history] : []));
  rig.commit('one', {'a.txt': 'alpha\n', 'a.bin': Buffer.from([0, 1]), 'secret.txt': 'hidden\n'});
  rig.commit('two', {'a.txt': 'beta\n', 'long.txt': LENGTHY});
  rig.push('main', 'main:gone', 'main~1:refs/tags/v1');
  await rig.sync();
  rig.git('checkout', '--quiet', '-b', 'topic');
  rig.commit('topic', {'topic.bin': Buffer.from([0, 2])});
  rig.git('checkout', '--quiet', 'main');
  rig.commit('three', {'a.txt': 'gamma\n'});
  rig.push('main', 'topic', ':gone');
  await rig.sync();
  return rig;
}

const LENGTHY = 'lengthy words in a row\n'.repeat(20);

async function reindex(rig: CtrRig): Promise<Report> {
  return lastLine((await rig.ctr('reindex', '--json')).stdout);
}

function lastLine<T>(stdout: Buffer): T {
  return JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as T;
}

/** A reindex that has built everything, and ended before it could take over. */
async function interruptBeforeSwap(rig: CtrRig): Promise<void> {
  using lock = await acquireLock(join(rig.gitDir, 'ctr', 'lock.db'), {waitMs: 0});
  assert.ok(lock);
  assert.equal((await rig.tryCtr('reindex', '--wait', '0')).code, 3);
}

/** Readers see what Git has; the stores hold that and nothing else; of old generations nothing is left. */
async function assertWhole(rig: CtrRig, history: 'all' | 'refs'): Promise<void> {
  await rig.assertEqualsGit({tips: 3, files: 1, commits: history === 'all' ? 3 : 0});
  assert.equal((await listGenerations(rig)).length, rig.setting('ctr.index.url') === undefined ? 1 : 3);
  const {refsWritten, commitsWritten, entriesWritten} = await rig.sync();
  assert.deepEqual([refsWritten, commitsWritten, entriesWritten], [0, 0, 0]);
  await rig.ctr('prune');
  assert.deepEqual(await countStored(rig), expectStored(rig.gitDir, history));
}

/** Numbers from 1 to `count`, evenly spread. */
function spread(count: number, wanted: number): number[] {
  const step = Math.max(1, count / wanted);
  return Array.from({length: Math.min(count, wanted)}, (_, i) => 1 + Math.floor(i * step));
}

function oldHistory(): string {
  const text = 'lorem ipsum dolor sit amet '.repeat(60);
  const commits = Array.from({length: OLD_COMMITS}, (_, i) => {
    const content = `${text}${i}\n`;
    return `commit refs/heads/old\ncommitter C <c@e.org> ${1_600_000_000 + i} +0000\ndata 1\nx\nM 100644 inline d${i % 50}/f${i}.txt\ndata ${content.length}\n${content}\n`;
  });
  return commits.join('');
}
