import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {sharedUmask} from '../../../src/git/shared-repository.ts';
import {GitRig} from '../../support/git-rig.ts';

const VALUES = [
  'umask',
  'false',
  '0',
  'group',
  'true',
  '1',
  'all',
  'world',
  'everybody',
  '2',
  '0660',
  '0640',
  '0644',
  '0666',
  '0600',
];

describe('sharedUmask', () => {
  for (const value of VALUES) {
    for (const umask of [0o022, 0o077, 0o002]) {
      it(`gives what Git gives: ${value}, with a umask of ${umask.toString(8).padStart(3, '0')}`, () => {
        using rig = new GitRig();
        rig.git('config', 'core.sharedRepository', value);
        // Git makes a folder and, in it, a file of a ref.
        const script = `umask ${umask.toString(8)}; exec git --git-dir "$0" update-ref refs/new/ref "$1"`;
        const {status, stderr} = spawnSync('sh', ['-c', script, rig.gitDir, rig.commit()], {env: rig.env});
        assert.equal(status, 0, stderr.toString());
        const modes = (folder: string, file: string) =>
          [folder, file].map((path) => statSync(path).mode & 0o777);
        const ofGit = modes(join(rig.gitDir, 'refs/new'), join(rig.gitDir, 'refs/new/ref'));

        const before = process.umask(sharedUmask(value, umask));
        try {
          mkdirSync(join(rig.root, 'folder'));
          writeFileSync(join(rig.root, 'folder', 'file'), '');
        } finally {
          process.umask(before);
        }
        assert.deepEqual(modes(join(rig.root, 'folder'), join(rig.root, 'folder', 'file')), ofGit);
        rmSync(join(rig.root, 'folder'), {recursive: true});
      });
    }
  }

  it('refuses what Git refuses', () => {
    for (const value of ['0066', 'friends', '0999'])
      assert.throws(() => sharedUmask(value, 0o022), {code: 'CONFIG'});
  });
});
