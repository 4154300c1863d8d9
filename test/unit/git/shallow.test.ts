import assert from 'node:assert/strict';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {openRepository} from '../../../src/git/repository.ts';
import {readParents} from '../../../src/git/rev-list.ts';
import {readShallowBoundary} from '../../../src/git/shallow.ts';
import {GitRig} from '../../support/git-rig.ts';

describe('readShallowBoundary', () => {
  it('names the commits whose parents are cut off, and tells one boundary from another', async () => {
    using rig = new GitRig();
    const root = rig.commit();
    const tip = rig.commit({parents: [root]});
    rig.setRef('refs/heads/main', tip);
    const whole = await readShallowBoundary(await openRepository(rig.gitDir));
    assert.deepEqual(whole, {oids: [], digest: ''});
    const repo = await openRepository(rig.clone('shallow.git', '--bare', '--depth=1'));
    const cut = await readShallowBoundary(repo);
    assert.deepEqual(cut.oids, [tip]);
    assert.deepEqual(await readParents(repo, [tip]), new Map([[tip, []]]));
    // The order of the lines, and an empty file, say nothing.
    writeFileSync(join(repo.gitDir, 'shallow'), `${tip}\n${root}\n`);
    const two = await readShallowBoundary(repo);
    writeFileSync(join(repo.gitDir, 'shallow'), `${root}\n${tip}\n`);
    assert.deepEqual(await readShallowBoundary(repo), two);
    assert.notEqual(two.digest, cut.digest);
    writeFileSync(join(repo.gitDir, 'shallow'), '');
    assert.deepEqual(await readShallowBoundary(repo), whole);
    rmSync(join(repo.gitDir, 'shallow'));
    // Git names parents that it does not have.
    assert.deepEqual(await readParents(repo, [tip]), new Map([[tip, [root]]]));
  });

  it('finds it for a separate git directory and a linked worktree', async () => {
    using rig = new GitRig();
    const tip = rig.commit({parents: [rig.commit()]});
    rig.setRef('refs/heads/main', tip);
    const work = rig.clone('work', '--depth=1', '--separate-git-dir', join(rig.root, 'apart'));
    const linked = join(rig.root, 'linked');
    rig.run(['-C', work, 'worktree', 'add', '--quiet', '--detach', linked]);
    for (const dir of [work, join(rig.root, 'apart'), linked])
      assert.deepEqual((await readShallowBoundary(await openRepository(dir))).oids, [tip]);
  });
});
