import assert from 'node:assert/strict';
import {mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {openRepository} from '../../../src/git/repository.ts';
import {GitRig} from '../../support/git-rig.ts';

describe('openRepository', () => {
  it('opens a bare repository, by its real path', async () => {
    using rig = new GitRig();
    const link = join(rig.root, 'link');
    symlinkSync(rig.gitDir, link);
    const expected = {gitDir: realpathSync(rig.gitDir), objectFormat: 'sha1', isShallow: false};
    assert.deepEqual(await openRepository(rig.gitDir), expected);
    assert.deepEqual(await openRepository(link), expected);
  });

  it('opens a working tree by its root and by its .git', async () => {
    using rig = new GitRig({isBare: false});
    const {gitDir} = await openRepository(rig.workTree);
    assert.equal(gitDir, realpathSync(rig.gitDir));
    assert.equal((await openRepository(rig.gitDir)).gitDir, gitDir);
  });

  it('opens a linked worktree as the repository it belongs to', async () => {
    using rig = new GitRig();
    rig.setRef('refs/heads/main', rig.commit());
    const linked = join(rig.root, 'linked');
    rig.git('worktree', 'add', '--quiet', linked, 'main');
    assert.equal((await openRepository(linked)).gitDir, realpathSync(rig.gitDir));
  });

  it('tells sha256', async () => {
    using rig = new GitRig({objectFormat: 'sha256'});
    assert.equal((await openRepository(rig.gitDir)).objectFormat, 'sha256');
  });

  it('tells a shallow clone', async () => {
    using rig = new GitRig();
    const first = rig.commit();
    rig.setRef('refs/heads/main', rig.commit({parents: [first]}));
    assert.equal((await openRepository(rig.clone('shallow.git', '--bare', '--depth=1'))).isShallow, true);
  });

  it('opens a path with a newline and a space at its end', async () => {
    using rig = new GitRig();
    const path = join(rig.root, 'odd\nname ');
    rig.run(['init', '--quiet', '--bare', path]);
    assert.equal((await openRepository(path)).gitDir, realpathSync(path));
  });

  for (const [name, make] of Object.entries<(rig: GitRig) => string>({
    'a directory that is none': (rig) => rig.home,
    'a directory inside a repository': (rig) => join(rig.gitDir, 'objects'),
    nothing: (rig) => join(rig.root, 'nothing'),
    'a file': (rig) => {
      writeFileSync(join(rig.root, 'file'), '');
      return join(rig.root, 'file');
    },
    'a directory inside a working tree': (rig) => {
      mkdirSync(join(rig.gitDir, '..', 'inside'), {recursive: true});
      return join(rig.gitDir, '..', 'inside');
    },
  })) {
    it(`refuses ${name}`, async () => {
      using rig = new GitRig({isBare: false});
      const dir = make(rig);
      await assert.rejects(openRepository(dir), {
        code: 'REPOSITORY',
        message: /there is no directory|is a file, not a repo|is an empty directory|but lies in one/,
      });
    });
  }

  it("refuses a format that git cannot read, in git's own words", async () => {
    using rig = new GitRig();
    rig.git('config', 'core.repositoryFormatVersion', '1');
    rig.git('config', 'extensions.fromTheFuture', 'true');
    await assert.rejects(openRepository(rig.gitDir), {
      code: 'REPOSITORY',
      message: /cannot be read: .*extension/,
    });
  });
});
