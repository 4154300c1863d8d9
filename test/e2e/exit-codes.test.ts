import assert from 'node:assert/strict';
import {chmodSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {CtrRig} from '../support/ctr-rig.ts';

interface Status {
  readonly upToDate: boolean;
  readonly problems: readonly string[];
  readonly logs: readonly string[];
}

async function installed(): Promise<CtrRig> {
  const rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n', 'docs/old.md': 'gone soon\n'});
  rig.commit('two', {'docs/old.md': undefined});
  await rig.install();
  rig.push('main');
  await rig.ctr('wait', 'main');
  await rig.assertQueueDrains();
  return rig;
}

test('status --exit-code is 1 exactly where something is not as it should be', async (t) => {
  await using rig = await installed();
  const assertStatus = async (problems: readonly string[], headline: RegExp) => {
    const {code, stdout} = await rig.tryCtr('status', '--exit-code');
    assert.equal(code, problems.length > 0 ? 1 : 0, stdout.toString());
    assert.match(stdout.toString(), headline);
    assert.equal((await rig.tryCtr('status')).code, 0, 'without the flag it only tells');
    assert.deepEqual((await rig.json<Status>('status')).problems, problems);
    return stdout.toString();
  };
  await t.test('healthy', async () => {
    assert.doesNotMatch(await assertStatus([], /^repo: up to date \(/), /^log: /m);
  });
  await t.test('a hook that Git does not run', async () => {
    const hook = join(rig.gitDir, 'hooks', 'post-receive');
    chmodSync(hook, 0o644);
    await assertStatus(['hook'], /^repo: up to date \(/);
  });
  await t.test('behind; the log of the worker is named', async () => {
    rig.commit('three', {'b.txt': 'b\n'});
    rig.push('main');
    const stdout = await assertStatus(['behind', 'hook'], /^repo: behind \(/);
    assert.match(stdout, new RegExp(`^log: ${join(rig.gitDir, 'ctr', 'log', 'worker.log')}$`, 'm'));
  });
  await t.test('a file that could not be read', async () => {
    rig.commit('four', {'lost.txt': 'what is lost\n'});
    rig.push('main');
    const oid = rig.git('rev-parse', 'HEAD:lost.txt');
    rmSync(join(rig.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
    await rig.ctr('install', '--no-import');
    const {code, stdout} = await rig.tryCtr('sync');
    assert.equal(code, 5);
    assert.match(stdout.toString(), /; 1 file could not be read, see `ctr status`$/m);
    await assertStatus(['failures'], /^repo: up to date, but 1 file could not be read \(/);
    assert.match(
      (await rig.tryCtr('sync')).stdout.toString(),
      /is up to date, but 1 file could not be read, see `ctr status`; nothing written/,
    );
  });
  await t.test('and verify says what it could not prove in the same sentence', async () => {
    for (const more of [[], ['--seed', '1'], ['--all-commits', '--content'], ['--repair']]) {
      const {code, stdout, stderr} = await rig.tryCtr('verify', ...more);
      assert.equal(code, 5, stdout.toString());
      assert.match(stdout.toString(), /^the index equals Git but for 1 file that Git cannot read: /);
      assert.match(stderr, /note: Git cannot read lost\.txt/);
    }
    const {code, stdout} = await rig.tryCtr('verify', '--json');
    const verification = JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!) as {unproven: number};
    assert.deepEqual([code, verification.unproven], [5, 1]);
  });
  await t.test('a handler that fails; its log is named', async () => {
    rig.configure({'ctr.onSync': 'exit 3', 'ctr.worker.lingerSeconds': '0'});
    rig.commit('five', {'c.txt': 'c\n'});
    rig.push('main');
    await rig.ctr('wait', 'main');
    await rig.assertEventsFailed();
    const stdout = await assertStatus(['failures', 'events'], /up to date, but/);
    assert.match(stdout, new RegExp(`^log: ${join(rig.gitDir, 'ctr', 'log', 'events.log')}$`, 'm'));
  });
});

test('a path that nothing ever was at is said to be none, by every reader', async (t) => {
  await using rig = await installed();
  for (const args of [
    ['log', 'nope.txt'],
    ['log', 'docs/nope'],
    ['log', 'a.txt/below'],
    ['log', '-n', '1', 'nope.txt'],
    ['log', '--json', 'nope.txt'],
    ['ls', 'nope'],
    ['cat', 'nope'],
    ['where', 'nope'],
    ['where', '-n', '1', 'nope'],
  ]) {
    await t.test(args.join(' '), async () => {
      const {code, stdout, stderr} = await rig.tryCtr(...args);
      assert.deepEqual([code, stdout.toString()], [1, '']);
      assert.match(stderr, /NOT_FOUND/);
      assert.equal(stderr.trimEnd().split('\n').length, args.includes('--json') ? 1 : 2);
    });
  }
  for (const [args, says] of [
    [['log', 'docs/old.md'], /two[\s\S]*one/],
    [['log', 'docs'], /two[\s\S]*one/],
    [['log', '/a.txt/'], /one/],
    [['log', '-n', '0', 'a.txt'], /^$/],
    [['log'], /two[\s\S]*one/],
    [['search', 'nothinghasthis'], /^$/],
  ] as const) {
    await t.test(`but ${args.join(' ')} is an answer`, async () => {
      assert.match((await rig.ctr(...args)).stdout.toString(), says);
    });
  }
});

test('a number that is none is refused in words that a terminal can show', async (t) => {
  await using rig = await installed();
  for (const value of ['-1', '1e9', '3.5', '', '99999999999999', '+5', '0x10', ' 5']) {
    for (const args of [
      ['search', 'petrichor', '--limit', value],
      ['search', `--limit=${value}`, 'petrichor'],
      ['log', '-n', value],
      ['where', 'a.txt', '--limit', value],
      ['sync', '--wait', value],
      ['wait', 'main', '--timeout', value],
      ['prune', '--dry-run', '--tombstone-days', value],
      ['verify', '--seed', value],
    ]) {
      await t.test(JSON.stringify(args), async () => {
        const {code, stdout, stderr} = await rig.tryCtr(...args);
        assert.deepEqual([code, stdout.toString()], [2, '']);
        assert.match(stderr, /^ctr: option '.*' argument '.*' is invalid\. It must be a whole number/);
        assert.match(stderr, new RegExp(`argument '${value.replace('+', '\\+')}'`));
        assert.ok(!/\p{Cc}|x00/u.test(stderr.replaceAll('\n', '')), JSON.stringify(stderr));
      });
    }
  }
  assert.equal((await rig.tryCtr('where', 'a.txt', '-n', '0')).code, 2);
  assert.equal((await rig.tryCtr('sync', '--all', rig.root, '--jobs', '0')).code, 2);
  assert.match((await rig.tryCtr('search', 'x', '--ref', '-x')).stderr, /no branch, tag or commit "-x"/);
  // The largest that is one.
  for (const args of [
    ['search', 'petrichor', '--limit', '999999999'],
    ['search', 'petrichor', '--limit', '0'],
    ['log', '-n', '999999999'],
    ['prune', '--dry-run', '--tombstone-days', '999999999'],
    ['sync', '--wait', '999999999'],
    ['wait', 'main', '--timeout', '999999999'],
  ])
    await rig.ctr(...args);
});

test('what an install costs in time and disk is said before it begins', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  rig.push('main');
  const {stderr} = await rig.ctr('install', '--dry-run');
  assert.match(stderr, /^To index: 1 refs, 1 commits, about 1 versions of files, 10 B; less than a second$/m);
  assert.match(stderr, /^Index: embedded, objects: embedded; about 102 KB of disk, [\d.]+ [GT]B are free$/m);
  const estimate = await rig.json<Record<string, number>>('install', '--dry-run');
  assert.ok(estimate['secondsMin']! < estimate['seconds']! && estimate['seconds']! < estimate['secondsMax']!);
  assert.ok(estimate['diskBytes']! > 0 && estimate['freeBytes']! > 0);
  assert.equal((await rig.tryCtr('status')).code, 2, 'a dry run installs nothing');
});
