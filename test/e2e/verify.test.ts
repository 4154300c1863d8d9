import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {serializeBitmap} from '../../src/domain/bitmap.ts';
import {acquireLock} from '../../src/queue/lock.ts';
import {keepStoredCommits} from '../../src/sync/import/keep-stored-commits.ts';
import {readLiveSeqs} from '../../src/sync/removal/live-seqs.ts';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {bitmap, type Changes, inSnapshot} from '../support/damages.ts';
import {pushSomething, seededRandom} from '../support/random-history.ts';
import {openRigIndex} from '../support/stored-numbers.ts';
import {openVault, type VaultSeries} from '../support/vault.ts';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly Record<string, unknown>[];
  readonly notes: readonly Record<string, unknown>[];
  readonly checked: Record<string, number>;
  readonly seed: number;
  readonly isComplete: boolean;
}

async function verify(rig: CtrRig, code: number, ...args: string[]): Promise<Report> {
  const run = await rig.tryCtr('verify', '--json', ...args);
  const last = run.stdout.toString().trimEnd().split('\n').at(-1)!;
  assert.equal(run.code, code, `${run.stderr}\n${last}`);
  return JSON.parse(last) as Report;
}

describeBackends('ctr verify', (backend) => {
  test('a sample looks at tips and some commits, the same ones for the same seed', async () => {
    await using rig = new CtrRig(backend);
    for (let i = 0; i < 130; i++) rig.commit(`commit ${i}`, {[`${i % 7}.txt`]: `${i}\n`});
    rig.push('main');
    await rig.installWithoutHook();
    const {checked, isComplete, seed} = await verify(rig, 0, '--seed', '7');
    assert.deepEqual([isComplete, seed, checked['commits']], [false, 7, 130]);
    assert.ok(checked['trees']! >= 60 && checked['trees']! < 130, JSON.stringify(checked));
    assert.deepEqual((await verify(rig, 0, '--seed', '7')).checked, checked);
    // What readers sort by is looked at for every commit, in the sample or not.
    const vault = openVault(rig);
    const commits = await vault.list('commits');
    for (const back of [9, 10]) {
      const oid = rig.git('rev-parse', `main~${back}`);
      const {key} = commits.find(({fields}) => fields['oid'] === oid)!;
      await vault.change('commits', key, backend === 'embedded' ? {sort_order: 5} : {order: 5});
      const {findings} = await verify(rig, 1, '--seed', '7');
      assert.deepEqual(
        findings.map(({kind, commit, what}) => [kind, commit, what]),
        [['commit-corrupt', oid, ['order']]],
      );
      await verify(rig, 0, '--repair');
    }
    const all = await verify(rig, 0, '--all-commits', '--content');
    assert.deepEqual(all.checked, {
      refs: 1,
      commits: 130,
      records: 130,
      trees: 130,
      entries: 130,
      contents: 130,
      objects: 0,
    });
  });

  test('only what refs show, where only that is indexed', async () => {
    await using rig = new CtrRig(backend);
    const random = seededRandom(5);
    for (let step = 0; step < 12; step++) pushSomething(rig, random, step);
    await rig.installWithoutHook('--history', 'refs');
    assert.deepEqual((await verify(rig, 0, '--all-commits', '--content')).findings, []);
    const vault = openVault(rig);
    const [entry] = await vault.list('files');
    await vault.remove('files', entry!.key);
    const {findings} = await verify(rig, 1);
    assert.deepEqual(
      findings.map(({path, oid, ...rest}) => (path ? [path, oid] : rest)),
      [[entry!.fields['path'], entry!.fields['oid']]],
    );
    await verify(rig, 0, '--repair');
    await rig.assertEqualsGit({commits: 0});
  });

  test('a ref that is merely behind is that and nothing else; repair syncs', async () => {
    await using rig = new CtrRig(backend);
    const first = rig.commit('first', {'a.txt': 'a\n'});
    rig.push('main', 'main:refs/heads/old');
    await rig.installWithoutHook();
    const second = rig.commit('second', {'b.txt': 'b\n'});
    rig.push('main', 'main:refs/heads/new', ':refs/heads/old');
    const {findings} = await verify(rig, 1, '--all-commits', '--content');
    assert.deepEqual(
      findings.map(({kind, ref, git, index}) => [kind, ref, git, index]),
      [
        ['ref-behind', 'refs/heads/main', second, first],
        ['ref-behind', 'refs/heads/new', second, null],
        ['ref-behind', 'refs/heads/old', null, first],
      ],
    );
    await verify(rig, 0, '--repair');
    await rig.assertEqualsGit();
  });

  test('a tree that no files make is a note', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'a.txt': 'a\n'});
    const blob = rig.git('rev-parse', 'HEAD:a.txt');
    const empty = rig.gitInput(['mktree'], '');
    const tree = rig.gitInput(['mktree'], `100644 blob ${blob}\ta.txt\n040000 tree ${empty}\tempty\n`);
    const commit = rig.git('commit-tree', '-p', 'HEAD', '-m', 'odd', tree);
    rig.push(`${commit}:refs/heads/main`);
    await rig.installWithoutHook();
    const {findings, notes} = await verify(rig, 0, '--all-commits');
    assert.deepEqual(findings, []);
    assert.deepEqual(
      notes.map(({kind, commit: oid}) => [kind, oid]),
      [['odd-tree', commit]],
    );
  });

  test('what Git has lost cannot be mended, and that is said; the rest is', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'lost.txt': 'will be lost\n', 'kept.txt': 'will be kept\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const vault = openVault(rig);
    for (const {key} of await vault.list('files')) await vault.remove('files', key);
    const oid = rig.git('rev-parse', 'HEAD:lost.txt');
    rmSync(join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
    const {findings} = await verify(rig, 1, '--repair');
    assert.deepEqual(
      findings.map(({path}) => path),
      ['lost.txt'],
    );
    assert.match(String(findings[0]!['unrepairable']), /Git does not have the blob any more/);
  });

  test('names from a push are escaped, and a running sync is told', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'evil\x1b[31m.txt': 'a\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const vault = openVault(rig);
    const [entry] = await vault.list('files');
    await vault.change('files', entry!.key, {mode: '100600'});
    const {code, stdout} = await rig.tryCtr('verify');
    assert.equal(code, 1);
    assert.match(stdout.toString(), /^entry-corrupt: .*evil\\033\[31m\.txt/m);
    assert.ok(!stdout.includes('\x1b'));
    using _lock = await acquireLock(join(rig.gitDir, 'ctr', 'lock.db'), {waitMs: 0});
    assert.equal((await rig.tryCtr('verify', '--wait', '0')).code, 3);
  });

  test('while a reindex is unfinished, what its generation needs is no finding; repair drops that first', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'a.txt': 'a\n', 'b.bin': Buffer.from([0, 1])});
    rig.push('main');
    await rig.installWithoutHook();
    const vault = openVault(rig);
    const {key, bytes} = (await vault.listObjects())[0]!;
    const other = key.replace(/[^/]+\/[^/]+$/, `cc/${'c'.repeat(40)}`);
    await vault.putObject(other, bytes);
    await using index = await openRigIndex(rig);
    await using next = await index.openNext();
    assert.deepEqual((await verify(rig, 0)).findings, []);
    await next[Symbol.asyncDispose]();
    using lock = await acquireLock(join(rig.gitDir, 'ctr', 'reindex.db'), {waitMs: 0});
    assert.ok(lock);
    assert.equal((await rig.tryCtr('verify', '--repair', '--wait', '0')).code, 3);
    assert.equal((await vault.listObjects()).length, 2);
    lock[Symbol.dispose]();
    await verify(rig, 0, '--repair');
    assert.equal(await index.hasNext(), false);
    assert.deepEqual(
      (await vault.listObjects()).map((object) => object.key),
      [key],
    );
  });

  test('an import that comes by damaged commits deletes none that a ref reaches', async () => {
    await using rig = new CtrRig(backend);
    const first = rig.commit('first', {'a.txt': 'a\n'});
    const second = rig.commit('second', {'b.txt': 'b\n'});
    rig.push('main');
    await rig.installWithoutHook();
    const vault = openVault(rig);
    for (const {key} of await vault.list('files')) await vault.remove('files', key);
    await using store = await openRigIndex(rig);
    const chunk = [
      {oid: first, parents: []},
      {oid: second, parents: [first]},
    ];
    const repo = rig.setting('ctr.id')!;
    using live = await readLiveSeqs(store, {repo, head: undefined});
    const renewed = new Map();
    const readLive = async () => live.commits;
    const kept = await keepStoredCommits({store, repo, hasSnapshots: true, renewed, readLive}, chunk);
    assert.equal(renewed.size, 0);
    assert.deepEqual([...kept].sort(), [first, second].sort());
    assert.equal((await vault.list('commits')).length, 2);
    await verify(rig, 0, '--repair');
    await rig.assertEqualsGit();
  });

  test('what was indexed under other settings is judged by those, and a note', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'a.txt': 'a\n', 'long.txt': 'long '.repeat(400)});
    rig.commit('second', {'a.txt': 'changed\n', 'old/b.txt': 'b\n'});
    rig.push('main');
    await rig.installWithoutHook();
    rig.git('--git-dir', rig.gitDir, 'config', 'ctr.text.maxBytes', '1000');
    rig.git('--git-dir', rig.gitDir, 'config', 'ctr.exclude', 'old/');
    for (const setting of ['all', 'refs']) {
      rig.git('--git-dir', rig.gitDir, 'config', 'ctr.history', setting);
      for (const args of [[], ['--all-commits', '--content'], ['--repair']]) {
        const {findings, notes} = await verify(rig, 0, ...args);
        assert.deepEqual(findings, []);
        assert.deepEqual(
          notes.map(({kind, setting: name}) => [kind, name]),
          [...(setting === 'refs' ? ['ctr.history'] : []), 'ctr.exclude', 'ctr.text.maxBytes'].map((name) => [
            'reindex-due',
            name,
          ]),
        );
      }
    }
    const vault = openVault(rig);
    const [entry] = await vault.list('files');
    await vault.change('files', entry!.key, {title: 'what it never said'});
    await verify(rig, 1);
    await verify(rig, 0, '--repair');
    await rig.ctr('reindex');
    assert.deepEqual((await verify(rig, 0, '--all-commits', '--content')).notes, []);
  });

  test('what another version of ctr derived in another way is no finding, but a reindex is due', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('what is said', {'a.txt': 'a\n'});
    rig.push('main');
    await rig.installWithoutHook();
    await using store = await openRigIndex(rig);
    const [own] = await store.listRepositories();
    const builtWith = own!.builtWith.map((settings) => ({...settings, derivation: 0}));
    await store.putRepository({...own!, builtWith});
    for (const commits of await Array.fromAsync(store.auditCommits(own!.id)))
      await store.replaceCommits(commits.map(({record}) => ({...record!, message: 'what was heard'})));
    const {findings, notes} = await verify(rig, 0, '--all-commits');
    assert.deepEqual(
      [findings, notes.map(({kind, setting}) => [kind, setting])],
      [[], [['reindex-due', 'derivation']]],
    );
    await rig.ctr('reindex');
    assert.deepEqual((await verify(rig, 0, '--all-commits')).notes, []);
  });

  test('sets that agree with Git, but not with each other, on what a number stands for', async () => {
    await using rig = new CtrRig(backend);
    rig.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},submodule`);
    rig.git('commit', '--quiet', '--message', 'one entry');
    rig.push('HEAD:refs/heads/main');
    await rig.installWithoutHook();
    const vault = openVault(rig);
    const change = async (series: VaultSeries, changes: Changes) => {
      const [document] = await vault.list(series);
      await vault.change(series, document!.key, changes[vault.engine]!(document!.fields));
    };
    // The document says 9, the commit 7, and the ref 8: each could be the entry's number.
    await change('files', {
      sqlite: () => ({seq: 9, 'names.rowid': 9}),
      opensearch: () => ({seq: 9}),
    });
    await change('commits', inSnapshot('added', serializeBitmap([7])));
    await change('refs', bitmap('snapshot', serializeBitmap([8])));
    const {findings} = await verify(rig, 1);
    assert.deepEqual(
      findings.map(({kind, path, seq, what}) => [kind, path, seq, what]),
      [
        ['entry-corrupt', 'submodule', undefined, ['seq']],
        // The published alias has the number that the ref had.
        ...(backend === 'embedded' ? [] : [['alias-wrong', undefined, undefined, undefined]]),
      ],
    );
    await verify(rig, 0, '--repair');
    assert.equal((await verify(rig, 0)).checked['trees'], 1);
    await rig.assertEqualsGit();
  });

  test('it changes nothing', async () => {
    await using rig = new CtrRig(backend);
    rig.commit('first', {'a.txt': 'a\n', 'b.bin': Buffer.from([0, 1])});
    rig.push('main');
    await rig.installWithoutHook();
    // Whoever reads an SQLite file leaves an empty log beside it.
    await verify(rig, 0);
    const before = await rig.readWriteMark();
    await verify(rig, 0, '--all-commits', '--content');
    assert.deepEqual(await rig.readWriteMark(), before);
  });
});
