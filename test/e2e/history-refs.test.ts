import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {test} from 'node:test';
import {GitRig} from '../support/git-rig.ts';
import {assertEqualsGit} from '../support/oracle.ts';
import {ctrJson, runCtr} from '../support/run-ctr.ts';

test('trees of thousands of files, each told by its difference from another', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const files = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({length: to - from}, (_, i) => [`d${(from + i) % 9}/f${from + i}`, `${from + i}\n`]),
    );
  rig.setRef('refs/heads/a', rig.commit({tree: files(0, 3000)}));
  rig.setRef('refs/heads/b', rig.commit({tree: files(1000, 6000), message: 'b'}));
  const lost = {...files(4000, 9500), 'e/lost': 'lost\n'};
  rig.setRef('refs/heads/c', rig.commit({tree: lost, message: 'c'}));
  rig.setRef('refs/heads/d', rig.commit({tree: files(5000, 9000), message: 'd'}));
  rig.setRef('refs/heads/e', rig.commit({tree: files(5000, 9000), message: 'e'}));
  rmSync(rig.looseObject(rig.treeOf({lost: 'lost\n'})));
  assert.equal((await runCtr(['install', '--history', 'refs', rig.gitDir], world)).code, 5);
  rig.git('update-ref', '-d', 'refs/heads/c');
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0, files: 2});
  assert.equal((await runCtr(['verify'], world)).code, 0);
});

test('history = refs after history = all: a branch at an old commit has its files, also those that were dropped', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const first = rig.commit({tree: {'a.txt': 'alpha\n'}});
  const second = rig.commit({tree: {'a.txt': 'beta\n'}, parents: [first]});
  rig.setRef('refs/heads/main', second);
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  rig.git('config', 'ctr.history', 'refs');
  rig.setRef('refs/heads/main', rig.commit({tree: {'a.txt': 'gamma\n'}, parents: [second]}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  rig.setRef('refs/heads/old', second);
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0});
});

test('history = all after history = refs shows the files of every commit that a ref points at', async () => {
  using rig = new GitRig();
  const world = {env: rig.env, cwd: rig.gitDir};
  const first = rig.commit({tree: {'a.txt': 'alpha\n'}});
  const second = rig.commit({tree: {'a.txt': 'beta\n'}, parents: [first]});
  rig.setRef('refs/heads/main', second);
  assert.equal((await runCtr(['install', rig.gitDir, '--history', 'refs'], world)).code, 0);
  const {code, stderr} = await runCtr(['ls', '--ref', first], world);
  assert.equal(code, 2);
  assert.match(stderr, /files of commit \w+ are not indexed/);
  const {commits} = await ctrJson<{commits: {oid: string}[]}>(['log', 'a.txt', '--ref', first], world);
  assert.deepEqual(
    commits.map(({oid}) => oid),
    [first],
  );
  rig.git('config', 'ctr.history', 'all');
  rig.setRef('refs/heads/old', first);
  rig.setRef('refs/heads/main', rig.commit({tree: {'a.txt': 'gamma\n', b: 'x\n'}, parents: [second]}));
  assert.equal((await runCtr(['sync'], world)).code, 0);
  await assertEqualsGit(rig.gitDir, world, {commits: 0});
});
