import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {acquireLock} from '../../src/queue/lock.ts';
import {CtrRig} from '../support/ctr-rig.ts';
import type {CtrRun} from '../support/run-ctr.ts';

interface Line {
  readonly type: string;
  readonly path: string;
  readonly moves?: readonly unknown[];
}

/** Three repositories of one name; the third has a push that no hook told of. */
async function openThree() {
  const rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'petrichor\n'});
  const root = join(rig.root, 'git');
  const [first, second, third] = ['a', 'b', 'c'].map((name) => join(root, name, 'site.git')) as Three;
  for (const dir of [first, second, third]) {
    rig.git('init', '--quiet', '--bare', '--initial-branch=main', dir);
    rig.git('push', '--quiet', dir, 'main');
    await rig.ctr('install', dir, '--no-import');
    if (dir !== third) await rig.ctr('sync', '--repo', dir);
  }
  return {rig, root, first, second, third};
}
type Three = [string, string, string];

test('sync --all names what is damaged, exits with 5, and brings in all the others', async () => {
  const {rig: opened, root, first, second, third} = await openThree();
  await using rig = opened;
  renameSync(join(first, 'HEAD'), join(rig.root, 'HEAD'));
  renameSync(join(second, 'objects'), join(rig.root, 'objects'));
  const {code, stdout, stderr} = await rig.tryCtr('sync', '--all', root);
  assert.equal(code, 5);
  assert.match(stderr, new RegExp(`ctr is installed in ${first}, but HEAD is gone \\[REPOSITORY\\]`));
  assert.match(stderr, new RegExp(`ctr is installed in ${second}, but objects is gone \\[REPOSITORY\\]`));
  assert.match(stdout.toString(), new RegExp(`^${third}: 1 refs, 1 commits, 1 files`));

  renameSync(join(rig.root, 'HEAD'), join(first, 'HEAD'));
  renameSync(join(rig.root, 'objects'), join(second, 'objects'));
  writeFileSync(join(first, 'HEAD'), '');
  const garbled = await rig.tryCtr('sync', '--all', root);
  assert.equal(garbled.code, 5);
  assert.match(garbled.stderr, new RegExp(`^ctr: ${first} is not a Git repository`));
});

test('one of which all of ctr/ is lost is built anew; one that was uninstalled is left alone', async () => {
  const {rig: opened, root, first, second} = await openThree();
  await using rig = opened;
  rmSync(join(first, 'ctr'), {recursive: true});
  await rig.ctr('uninstall', second);
  const {stdout} = await rig.ctr('sync', '--all', root, '--json');
  const summaries = linesOf(stdout).filter(({type}) => type === 'summary');
  assert.deepEqual(summaries.map(({path, moves}) => [path, moves!.length]).sort(), [
    [first, 1],
    [join(root, 'c', 'site.git'), 1],
  ]);
});

test('one that somebody works on is passed over, and the others are not', async () => {
  const {rig: opened, root, first, third} = await openThree();
  await using rig = opened;
  using _lock = await acquireLock(join(first, 'ctr', 'lock.db'), {waitMs: 0});
  const {stdout, stderr} = await rig.ctr('sync', '--all', root, '--jobs', '1', '--json');
  const lines = linesOf(stdout);
  assert.deepEqual(
    lines.filter(({type}) => type === 'passed-over').map(({path}) => path),
    [first],
  );
  assert.ok(lines.some(({type, path, moves}) => type === 'summary' && path === third && moves!.length === 1));
  assert.equal(stderr, '');
  assert.equal(saidBy(await rig.ctr('sync', '--all', root, '--quiet')), '');
  assert.match(
    (await rig.ctr('sync', '--all', root, '-v')).stderr,
    new RegExp(`passed over: ${first} is being worked on`),
  );
});

test('with --quiet a known failure is told once, again when it changes, and once a day; the exit code tells it always', async () => {
  const {rig: opened, root, first, third} = await openThree();
  await using rig = opened;
  const run = async () => {
    const said = await rig.tryCtr('sync', '--all', root, '--quiet');
    assert.equal(said.stdout.toString(), '');
    return [said.code, said.stderr.split('\n')[0]];
  };
  assert.deepEqual(await run(), [0, '']);
  renameSync(join(first, 'HEAD'), join(rig.root, 'HEAD'));
  const headIsGone = `ctr: ctr is installed in ${first}, but HEAD is gone [REPOSITORY]`;
  assert.deepEqual(await run(), [5, headIsGone]);
  assert.deepEqual(await run(), [5, '']);
  // Whoever looks is told, and takes nothing from cron.
  assert.match((await rig.tryCtr('sync', '--all', root)).stderr, /HEAD is gone/);
  renameSync(join(first, 'refs'), join(rig.root, 'refs'));
  assert.deepEqual(await run(), [
    5,
    `ctr: ctr is installed in ${first}, but HEAD and refs are gone [REPOSITORY]`,
  ]);
  renameSync(join(rig.root, 'refs'), join(first, 'refs'));
  assert.deepEqual(await run(), [5, headIsGone]);
  const told = join(first, 'ctr', 'told.json');
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000).toISOString();
  writeFileSync(told, JSON.stringify({...(JSON.parse(readFileSync(told, 'utf8')) as object), at: yesterday}));
  assert.deepEqual(await run(), [5, headIsGone]);
  assert.deepEqual(await run(), [5, '']);
  renameSync(join(rig.root, 'HEAD'), join(first, 'HEAD'));
  assert.deepEqual(await run(), [0, '']);
  renameSync(join(first, 'HEAD'), join(rig.root, 'HEAD'));
  assert.deepEqual(await run(), [5, headIsGone]);

  // What could be read in part: the same.
  renameSync(join(rig.root, 'HEAD'), join(first, 'HEAD'));
  loseBlob(rig, third, 'lost.txt');
  const [code, line] = await run();
  assert.deepEqual([code, line], [5, `ctr: of ${third} 1 file could not be read [PARTIAL]`]);
  assert.deepEqual(await run(), [5, '']);
});

test('a root that is no directory, or that is not there, is a mistake', async () => {
  await using rig = new CtrRig('embedded');
  rig.write({'a.txt': 'x\n'});
  for (const [root, says] of [
    [join(rig.root, 'nope'), /there is no directory/],
    [join(rig.work, 'a.txt'), /is no directory/],
  ] as const) {
    const {code, stderr} = await rig.tryCtr('sync', '--all', root, '--quiet');
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
  mkdirSync(join(rig.root, 'empty'));
  const empty = await rig.ctr('sync', '--all', join(rig.root, 'empty'));
  assert.match(empty.stderr, /no repository below .*empty has ctr installed/);
});

function linesOf(stdout: Buffer): Line[] {
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function saidBy({stdout, stderr}: CtrRun): string {
  return stdout.toString() + stderr;
}

/** Pushes a file whose blob is then gone. */
function loseBlob(rig: CtrRig, dir: string, name: string): void {
  rig.commit('two', {[name]: 'what is lost\n'});
  const oid = rig.git('rev-parse', `HEAD:${name}`);
  const hooks = join(dir, 'hooks');
  chmodSync(join(hooks, 'post-receive'), 0o644);
  rig.git('push', '--quiet', dir, 'main');
  rmSync(join(dir, 'objects', oid.slice(0, 2), oid.slice(2)));
}
